"""What is wrong with a dialogue as a whole: ways that lead nowhere, turns nobody reaches, loops without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules.reads import paths_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duologue.kit.yaml import Document, Place
    from duologue.strategize.dialogues.rules.plan import Line, Moment, Plan, Turn

ALWAYS_THERE = frozenset({"end", "repeat"})
AT_ONCE = {
    "branch": "A branch",
    "experiment": "An experiment",
    "learn": "A turn that learns",
    "tell": "A turn that tells a team",
    "enter": "A turn that enters a dialogue",
}
ASKED_FIRST = frozenset({"hand_over", "tell", "call", "enter"})


def check(document: Document, plan: Plan, targets: Sequence[tuple[Place, str]]) -> None:
    """Note every mistake that shows only in the whole; the shape of the graph only once its parts are right."""
    for place, target in targets:
        if target not in plan.turns and target not in ALWAYS_THERE and target != "-":
            document.refuse(place, f"There is no turn {target!r}{suggestion(target, [*plan.turns, 'end'])}.")
        if target == "repeat" and (place[0] != "turns" or "listen" not in place):
            document.refuse(place, "`repeat` stands only in a line that a turn listens with.")
    _check_sources(document, plan)
    for turn in plan.turns.values():
        if turn.test is not None and turn.test.by == "goal" and plan.goal is None:
            document.refuse(("turns", turn.name, "test"), "A test by `goal` needs a `goal` at the dialogue's head.")
    if any(mistake.line >= document.line(("turns",)) for mistake in document.found):
        return
    for turn in plan.turns.values():
        _check_turn(document, turn)
    if not document.found:
        _check_reached(document, plan)
        _check_loops(document, plan)


def _check_turn(document: Document, turn: Turn) -> None:
    place: Place = ("turns", turn.name)
    if turn.otherwise and not turn.only_if:
        document.refuse((*place, "otherwise"), "`otherwise` needs an `only_if` beside it.")
    if turn.only_if and not turn.speaks and turn.does not in ASKED_FIRST:
        document.refuse((*place, "only_if"), f"A turn that does {turn.does} has no `only_if`; use a branch before it.")
    if turn.arrives and not turn.speaks:
        document.refuse((*place, "arrives"), f"A turn that does {turn.does} sends nothing that arrives.")
    if turn.does == "tell" and not turn.message:
        document.refuse(place, f"The turn {turn.name!r} tells a team nothing; its `say` names the message.")
    if turn.does in AT_ONCE:
        _check_at_once(document, place, turn)
    elif turn.does == "wait":
        _check_wait(document, place, turn)
    else:
        _check_listening(document, place, turn)


def _check_at_once(document: Document, place: Place, turn: Turn) -> None:
    if turn.does in {"branch", "experiment"}:
        if turn.listen or turn.then:
            document.refuse(place, f"{AT_ONCE[turn.does]} goes on at once and by its own ways; it has no `listen` and no `then`.")
    elif turn.listen:
        document.refuse((*place, "listen"), f"{AT_ONCE[turn.does]} goes on at once; it has no `listen`.")
    elif turn.then is None:
        document.refuse(place, f"The turn {turn.name!r} is a dead end; it needs `then`.")


def _check_wait(document: Document, place: Place, turn: Turn) -> None:
    if turn.then is None:
        document.refuse(place, f"The turn {turn.name!r} is a dead end; a wait needs `then`.")
    if any(line.hears == "silence" for line in turn.listen):
        document.refuse((*place, "listen"), "A wait has no `silence`; its moment is the silence.")


def _check_listening(document: Document, place: Place, turn: Turn) -> None:
    silences = [line for line in turn.listen if line.hears == "silence"]
    sure = any(line.then is not None and line.at_most is None for line in silences)
    if turn.listen and turn.then is not None:
        document.refuse((*place, "then"), "A turn that listens cannot go on at once; take out `then` or `listen`.")
    elif not turn.listen and turn.then is None:
        needs = {"hand_over": "{closed: any, then: T} in `listen`", "call": "{ok: any, then: T} and {failed: any, then: T} in `listen`"}
        document.refuse(place, f"The turn {turn.name!r} is a dead end; it needs {needs.get(turn.does, '`listen` or `then`')}.")
    elif turn.does == "hand_over" or not turn.listen:
        return
    elif turn.does == "call":
        if not sure and not all(_leads_on(turn, kind) for kind in ("ok", "failed")):
            sentence = f"The turn {turn.name!r} may wait for ever; it needs `ok` and `failed`, or a `silence`, with `then`."
            document.refuse((*place, "listen"), sentence)
    elif not silences:
        document.refuse((*place, "listen"), f"The turn {turn.name!r} listens but hears no silence; add {{silence: 3d, then: T}}.")
    elif not sure:
        document.refuse((*place, "listen"), f"The turn {turn.name!r} may wait for ever; one `silence` needs `then` and no `at_most`.")


def _leads_on(turn: Turn, kind: str) -> bool:
    return any(line.hears == kind and line.what == "any" and not line.where and line.then and line.at_most is None for line in turn.listen)


def _check_reached(document: Document, plan: Plan) -> None:
    reached: set[str] = set()
    ahead = [plan.start, *(line.then for line in plan.anytime if line.then)]
    while ahead:
        name = ahead.pop()
        if name in reached or name not in plan.turns:
            continue
        reached.add(name)
        ahead.extend(then for then, _ in _ways(plan.turns[name]))
    for name in plan.turns:
        if name not in reached:
            document.refuse(("turns", name), f"The turn {name!r} is never reached; no line and no turn leads to it.")


def _check_loops(document: Document, plan: Plan) -> None:
    """Refuse a turn that says something and can come back to itself by ways that no `at_most` limits."""
    free: dict[str, set[str]] = {}
    unwaiting = {name for name, turn in plan.turns.items() if not _waits(turn)}
    for name, turn in plan.turns.items():
        anytime = [(line.then, line.at_most) for line in plan.anytime if line.then] if _waits(turn) else []
        ways = [*_ways(turn), *anytime]
        free[name] = {name if then == "repeat" else then for then, limit in ways if limit is None and then != "end"}
    for name, turn in plan.turns.items():
        if (turn.speaks or turn.does == "tell") and name in _all_after(name, free):
            document.refuse(
                ("turns", name),
                f"The turn {name!r} says something and can come round again without limit; put `at_most` on a line of that way.",
            )
        elif name in unwaiting and name in _all_after(name, {one: free[one] for one in unwaiting}):
            document.refuse(("turns", name), f"The turn {name!r} goes round without ever waiting.")


def _all_after(name: str, ways: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(ways.get(name, ()))
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead.extend(ways.get(one, ()))
    return seen


def _waits(turn: Turn) -> bool:
    return bool(turn.listen) or turn.does in {"wait", "hand_over"}


def _ways(turn: Turn) -> Iterator[tuple[str, int | None]]:
    """Yield each turn that may follow, and the limit of that way."""
    for branch in turn.branches:
        yield branch.then, None
    for arm in turn.arms:
        yield arm.then, None
    for line in turn.listen:
        yield from _line_ways(line)
    if turn.otherwise:
        yield turn.otherwise, None
    if turn.then:
        yield turn.then, None
    yield from _late(turn.wait, None)
    yield from _late(turn.arrives, None)


def _line_ways(line: Line) -> Iterator[tuple[str, int | None]]:
    if line.then:
        yield line.then, line.at_most
    yield from _late(line.moment, line.at_most)


def _late(moment: Moment | None, limit: int | None) -> Iterator[tuple[str, int | None]]:
    if moment is not None and moment.late != "now":
        yield moment.late, limit


def _check_sources(document: Document, plan: Plan) -> None:
    given = {offer for turn in plan.turns.values() for offer in turn.gives}
    called = {turn.call for turn in plan.turns.values() if turn.call}
    for place, path in paths_of(plan):
        parts = path.split(".")
        if parts[0] == "perk" and parts[1] not in given:
            document.refuse(place, f"{path!r}: no turn gives {parts[1]!r}{suggestion(parts[1], given)}.")
        if parts[0] == "call" and parts[1] not in called:
            document.refuse(place, f"{path!r}: no turn calls {parts[1]!r}{suggestion(parts[1], called)}.")
        if parts[0] == "turn" and parts[1] not in plan.turns:
            document.refuse(place, f"{path!r}: there is no turn {parts[1]!r}{suggestion(parts[1], plan.turns)}.")
