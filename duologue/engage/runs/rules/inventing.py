"""What an invented run begins with: properties that its dialogue's moments and conditions can be tried on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from duologue.strategize.dialogues.rules.reads import conditions_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.strategize.dialogues.rules.plan import Moment, Plan

AHEAD: Final = timedelta(days=7)
LASTS: Final = timedelta(hours=2)


def invented_start(plan: Plan, now: datetime) -> dict[str, Any]:
    """Return properties as the event would bring them: dates in a week where something comes before them, and what conditions ask for."""
    start: dict[str, Any] = {}
    for moment in _moments(plan):
        if moment.until.startswith("start."):
            _put(start, moment.until, _date(moment, now).isoformat())
    for _, condition in conditions_of(plan):
        for path, wanted in _asked(condition):
            if path.startswith("start."):
                _put(start, path, wanted)
    if plan.per.startswith("start."):
        _put(start, plan.per, "1")
    return start


def invented_facts(plan: Plan) -> dict[str, Any]:
    """Return facts by which nobody is passed over: what each turn's `only_if` asks of the person."""
    facts: dict[str, Any] = {}
    for turn in plan.turns.values():
        for path, wanted in _asked(turn.only_if):
            if path.startswith("person."):
                facts.setdefault(path.removeprefix("person."), wanted)
    return facts


def _moments(plan: Plan) -> Iterator[Moment]:
    turns = plan.turns.values()
    for moment in [*(turn.wait for turn in turns), *(turn.arrives for turn in turns), *(line.moment for _, line in lines_of(plan))]:
        if moment is not None:
            yield moment


def _date(moment: Moment, now: datetime) -> datetime:
    if "end" in moment.until:
        return now + AHEAD + LASTS
    return now + AHEAD if moment.before else now


def _asked(condition: Any) -> Iterator[tuple[str, Any]]:
    """Yield each path with a value that meets what the condition wants of it."""
    if isinstance(condition, list):
        for one in condition:
            yield from _asked(one)
    elif isinstance(condition, dict):
        for key, wanted in condition.items():
            if key == "items" and isinstance(wanted, dict):
                inner = dict(_asked(wanted.get("some") or wanted.get("every")))
                yield wanted.get("of", ""), [{path.removeprefix("item."): value for path, value in inner.items()}]
            elif key in {"all", "any"}:
                yield from _asked(wanted)
            elif "." in key and (value := _meeting(wanted)) is not None:
                yield key, value


def _meeting(wanted: Any) -> Any:
    """Return a value that meets a comparison, or None where none is easily told."""
    if isinstance(wanted, list):
        return wanted[0] if wanted else None
    if not isinstance(wanted, dict):
        return wanted
    for key, more in (("at_least", 0), ("over", 1), ("at_most", 0), ("under", -1)):
        if isinstance(wanted.get(key), int | float):
            return wanted[key] + more
    return None


def _put(start: dict[str, Any], path: str, value: Any) -> None:
    """Put a value where a path leads, unless something stands there."""
    *around, last = path.removeprefix("start.").split(".")
    held: Any = start
    for part in around:
        held = held.setdefault(part, {}) if isinstance(held, dict) else None
    if isinstance(held, dict):
        held.setdefault(last, value)
