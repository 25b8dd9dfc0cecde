"""What a plan reads about a person: all that `decide` needs to be told, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.strategize.dialogues.rules.parts import BEST, CHANNELS, SAME, is_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duologue.kit.yaml import Place
    from duologue.strategize.dialogues.rules.plan import Line, Moment, Plan, Turn


@dataclass(slots=True, frozen=True)
class Reads:
    """Facts by key, segments, events whose history `did` asks about, (channel, purpose) pairs, and names it listens for.

    `last_channel` says whether it asks by which channel the person last wrote, `best` whether when and by which they answer most,
    `items` whether it asks about products, `settles` whether it has an experiment that may be decided,
    `described` which of occasion and placement it asks about.
    """

    facts: frozenset[str]
    segments: frozenset[str]
    events: frozenset[str]
    may: frozenset[tuple[str, str]]
    listens_events: frozenset[str]
    listens_segments: frozenset[str]
    purposes: frozenset[str]
    zone: bool
    last_channel: bool
    best: bool
    items: bool
    settles: bool
    described: frozenset[str]


def reads(plan: Plan) -> Reads:
    """Return what the plan reads. Ask once per version and keep it."""
    conditions = [condition for _, condition in conditions_of(plan)]
    listened = [line for _, line in lines_of(plan)]
    purposes = {turn.purpose for turn in plan.turns.values() if turn.speaks and turn.purpose}
    channels = {(channel, turn.purpose) for turn in plan.turns.values() if turn.speaks for channel in _channels(turn)}
    asked = {(str(one.get("by")), str(one.get("purpose"))) for one in _found(conditions, "may")}
    triggers = plan.starts
    return Reads(
        facts=frozenset(path.removeprefix("person.") for _, path in paths_of(plan) if path.startswith("person.")),
        segments=frozenset(str(name) for name in _found_text(conditions, "in")),
        events=frozenset(str(one["event"]) for one in _found(conditions, "did") if "event" in one),
        may=frozenset(channels | asked),
        listens_events=frozenset(
            {str(line.what) for line in listened if line.hears == "event"}
            | ({plan.goal.event} if plan.goal else set())
            | {trigger.name for trigger in triggers if trigger.kind == "event"}
        ),
        listens_segments=frozenset(
            {str(line.what) for line in listened if line.hears in {"joined", "left"}}
            | {trigger.name for trigger in triggers if trigger.kind in {"joins", "leaves"}}
            | ({plan.audience} if plan.audience else set())
            | set(plan.excepts)
        ),
        purposes=frozenset(purposes | {purpose for _, purpose in asked}),
        zone=True,
        last_channel=any(SAME in turn.by for turn in plan.turns.values()),
        best=any(BEST in turn.by for turn in plan.turns.values()) or any(moment.at == BEST for moment in _moments(plan)),
        items=bool(list(_found(conditions, "items"))),
        settles=any(turn.settle == "goal" for turn in plan.turns.values()),
        described=frozenset({path.partition(".")[0] for _, path in paths_of(plan)} & {"occasion", "placement"}),
    )


def _channels(turn: Turn) -> Iterable[str]:
    """Return the channels that a turn may come to use; where the person last wrote may be any."""
    return CHANNELS - {SAME, BEST} if {SAME, BEST} & set(turn.by) else turn.by


def _moments(plan: Plan) -> Iterator[Moment]:
    turns = plan.turns.values()
    found = [*(line.moment for _, line in lines_of(plan)), *(turn.wait for turn in turns), *(turn.arrives for turn in turns)]
    return (moment for moment in found if moment is not None)


def conditions_of(plan: Plan) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every condition of a plan with its place."""
    for index, trigger in enumerate(plan.starts):
        yield ("starts", index), trigger.where
    if plan.goal:
        yield ("goal", "where"), plan.goal.where
    for place, line in lines_of(plan):
        yield (*place, "where"), line.where
        if line.hears == "answered" and isinstance(line.what, dict):
            yield (*place, "answered"), {"all": [{f"answer.{key}": wanted} for key, wanted in line.what.items()]}
    for name, turn in plan.turns.items():
        yield ("turns", name, "only_if"), turn.only_if
        for index, branch in enumerate(turn.branches):
            yield ("turns", name, "branch", index), branch.when


def lines_of(plan: Plan) -> Iterator[tuple[Place, Line]]:
    """Yield every line of a plan with its place."""
    for index, line in enumerate(plan.anytime):
        yield ("anytime", index), line
    for name, turn in plan.turns.items():
        for index, line in enumerate(turn.listen):
            yield ("turns", name, "listen", index), line


def paths_of(plan: Plan) -> Iterator[tuple[Place, str]]:
    """Yield every PATH that a plan reads, with its place."""
    for place, condition in conditions_of(plan):
        for path in paths_in(condition):
            yield place, path
    for place, line in lines_of(plan):
        for path in [*_moment_paths(line.moment), *paths_in(line.learn)]:
            yield place, path
    if plan.per:
        yield ("per",), plan.per
    for index, trigger in enumerate(plan.starts):
        if trigger.kind == "date":
            yield ("starts", index), trigger.name
    for name, turn in plan.turns.items():
        priority = turn.priority if isinstance(turn.priority, dict) else {}
        clock = [turn.clock] if is_path(turn.clock) else []
        for path in [
            *_moment_paths(turn.wait),
            *_moment_paths(turn.arrives),
            *paths_in(turn.learn),
            *paths_in(turn.brings),
            *paths_in(priority),
            *clock,
        ]:
            yield ("turns", name), path


def _moment_paths(moment: Moment | None) -> list[str]:
    if moment is None:
        return []
    return [path for path in (moment.until, moment.path, moment.clock) if is_path(path)]


def paths_in(value: Any) -> Iterator[str]:
    """Yield every path that stands in a value of the language."""
    if isinstance(value, list):
        for one in value:
            yield from paths_in(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if is_path(key):
                yield key
            if key in {"from", "since", "of"} and is_path(one):
                yield one
            yield from paths_in(one)


def _found(value: Any, key: str) -> Iterator[dict[str, Any]]:
    """Yield every map that stands under a key, at any depth."""
    if isinstance(value, list):
        for one in value:
            yield from _found(one, key)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == key and isinstance(one, dict):
                yield one
            yield from _found(one, key)


def _found_text(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _found_text(one, key)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == key and isinstance(one, str):
                yield one
            yield from _found_text(one, key)
