"""Which line hears a response, and when a silence comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import Properties, holds, matches
from duologue.strategize.dialogues.rules.moments import due, duration, is_span
from duologue.strategize.dialogues.rules.state import line_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from duologue.strategize.dialogues.rules.context import Context
    from duologue.strategize.dialogues.rules.plan import Line, Moment, Plan, Turn
    from duologue.strategize.dialogues.rules.state import Heard

OF_ITS_TURN = frozenset({"accepted", "uncertain", "withheld", "failed", "ok", "closed", "overdue"})
"""What concerns one turn alone: heard only while the run is in that very turn."""


def hearing(plan: Plan, turn: Turn, heard: Mapping[str, int], response: Heard, context: Context) -> tuple[str, Line] | None:
    """Return the first line that hears a response, the turn's own before those of any time, with its key."""
    for key, line in _keyed(plan, turn):
        if line.hears == response.kind and not _deaf(line, heard.get(key, 0)) and _fits(line, response, context):
            return key, line
    return None


def silences(turn: Turn, seq: int, heard: Mapping[str, int], base: datetime, context: Context) -> Iterator[tuple[datetime, str, Line]]:
    """Yield each silence that the turn still listens for: its deadline, key and line; one that is late is due at `base`."""
    for index, line in enumerate(turn.listen):
        if line.hears != "silence" or line.moment is None:
            continue
        key = line_key(turn.name, index)
        if _deaf(line, heard.get(key, 0)) or heard.get(once_key(key, seq)):
            continue
        yield due_for(line.moment, turn, base, context) or base, key, line


def is_late(line: Line, turn: Turn, base: datetime, context: Context) -> bool:
    """Say whether a silence's moment had passed when it began to count."""
    return line.moment is not None and due_for(line.moment, turn, base, context) is None


def due_for(moment: Moment, turn: Turn, base: datetime, context: Context) -> datetime | None:
    """Return when a moment of a turn comes, as `due` does; a mere span asks for nobody's clock."""
    if is_span(moment):
        return base + duration(moment.duration)
    return due(moment, base, context.clock(moment.clock or turn.clock), context.value)


def once_key(key: str, seq: int) -> str:
    """Return the key under which a silence that only notes something is counted, so that it comes once per occurrence."""
    return f"{key}@{seq}"


def _keyed(plan: Plan, turn: Turn) -> Iterator[tuple[str, Line]]:
    for index, line in enumerate(turn.listen):
        yield line_key(turn.name, index), line
    for index, line in enumerate(plan.anytime):
        yield line_key("*", index), line


def _deaf(line: Line, taken: int) -> bool:
    return line.at_most is not None and taken >= line.at_most


def _fits(line: Line, response: Heard, context: Context) -> bool:
    if line.what != "any" and not _is_what(line.what, response, context):
        return False
    return not line.where or holds(line.where, Properties(response.properties, context))


def _is_what(what: Any, response: Heard, context: Context) -> bool:
    if response.kind == "answered" and isinstance(what, dict):
        answers = response.properties.get("answers", {})
        return all(matches(answers.get(question), wanted, context) for question, wanted in what.items())
    if response.kind == "replied" and isinstance(what, dict):
        said = {str(word).casefold() for word in response.properties.get("words", ())}
        return any(str(word).casefold() in said for word in what["says"])
    return str(what) == str(response.value)
