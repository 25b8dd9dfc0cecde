"""Whether a plan says something to people once they begin, or wake from a wait or a silence, as far as it can be told beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.strategize.dialogues.rules.plan import Plan, Turn


def may_speak_from(plan: Plan, name: str | None) -> bool:
    """Say whether someone who comes to a turn may be said something before they next wait or listen."""
    ahead, seen = [name], set()
    while ahead:
        turn = plan.turns.get(ahead.pop() or "")
        if turn is None or turn.name in seen:
            continue
        if turn.speaks:
            return True
        seen.add(turn.name)
        ahead += _at_once(turn)
    return False


def may_speak_on_waking(plan: Plan, name: str) -> bool:
    """Say whether someone at a turn may be said something once what they wait for has come, or their silence has lasted."""
    turn = plan.turns[name]
    then = [line.then for line in (*turn.listen, *plan.anytime) if line.hears == "silence"]
    ways = [turn.then] if turn.wait is not None else [name if way == "repeat" else way for way in then]
    return any(may_speak_from(plan, way) for way in ways)


def _at_once(turn: Turn) -> Iterator[str | None]:
    """Yield where a turn that sends nothing leads without waiting."""
    yield turn.otherwise
    if turn.wait is None and not turn.listen:
        yield turn.then
    yield from (branch.then for branch in turn.branches)
    yield from (arm.then for arm in turn.arms)
