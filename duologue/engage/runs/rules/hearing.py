"""What an event on the timeline means to a run that listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.people.timeline import names
from duologue.strategize.dialogues.rules.state import Heard

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.people.timeline.queries import EventRow
    from duologue.strategize.dialogues.rules.plan import Plan

# Events that answer the run they name and no other; the rest are heard by every run of the person.
OF_ONE_RUN: Final = {
    names.MESSAGE_SENT: "accepted",
    names.MESSAGE_WITHHELD: "withheld",
    names.MESSAGE_FAILED: "failed",
    names.MESSAGE_UNCERTAIN: "uncertain",
    names.MESSAGE_BOUNCED: "failed",
    names.LINK_CLICKED: "clicked",
    names.WEBHOOK_ANSWERED: "ok",
    names.WEBHOOK_FAILED: "failed",
    names.CONVERSATION_CLOSED: "closed",
    names.CONVERSATION_OVERDUE: "overdue",
}
ALWAYS_HEARD: Final = frozenset({"accepted", "withheld", "failed", "uncertain", "ok", "closed", "overdue"})
OF_THE_PERSON: Final = {
    names.MESSAGE_REPLIED: ("replied", "intent"),
    names.SURVEY_ANSWERED: ("answered", "survey"),
    names.PERK_REDEEMED: ("redeemed", "offer"),
    names.CONSENT_GRANTED: ("granted", "purpose"),
    names.CONSENT_REFUSED: ("refused", "purpose"),
    names.CONSENT_WITHDRAWN: ("refused", "purpose"),
    names.SNOOZED: ("snoozed", ""),
    names.CODE_SCANNED: ("scanned", "code"),
    names.NUMBER_CALLED: ("called", "number"),
    names.ATTENDED: ("attended", "occasion"),
    names.SEGMENT_JOINED: ("joined", "segment"),
    names.SEGMENT_LEFT: ("left", "segment"),
}
UNHEARD: Final = frozenset({names.MESSAGE_CONFIRMED, names.MESSAGE_OPENED, names.SPAM_REPORTED})
PAGE: Final = "Page Viewed"


def heard(event: EventRow) -> list[Heard]:
    """Return what an event is to a run: nothing, one thing, or a specific thing and then the event by its name.

    A click counts once judged human and only on content links; a soft bounce is no failure; opens decide nothing.
    """
    if event.name in UNHEARD:
        return []
    properties = event.properties
    if kind := OF_ONE_RUN.get(event.name):
        value = _value_of_one(event.name, properties)
        return [] if value is NOTHING else [_heard(kind, value, event)]
    if event.name in OF_THE_PERSON:
        kind, key = OF_THE_PERSON[event.name]
        specific = _heard(kind, properties.get(key) if key else None, event)
        return [specific] if event.name in {names.SEGMENT_JOINED, names.SEGMENT_LEFT} else [specific, _heard("event", event.name, event)]
    if event.name == PAGE:
        return [_heard("visited", properties.get("name") or properties.get("path"), event), _heard("event", event.name, event)]
    return [_heard("event", event.name, event)]


NOTHING: Final = object()


def _value_of_one(name: str, properties: dict[str, Any]) -> Any:
    if name == names.LINK_CLICKED:
        human = properties.get("human")
        return properties.get("link") if human in {True, "true"} and not properties.get("footer") else NOTHING
    if name == names.MESSAGE_BOUNCED:
        return (properties.get("reason") or "bounced") if properties.get("severity") == "hard" else NOTHING
    if name == names.CONVERSATION_CLOSED:
        return properties.get("outcome")
    return properties.get("reason")


def _heard(kind: str, value: Any, event: EventRow) -> Heard:
    at: datetime = event.occurred_at if kind == "uncertain" else event.received_at  # silence counts from the hand-over
    properties = event.properties
    if kind == "ok" and isinstance(properties.get("answer"), dict):
        properties = {**properties["answer"], **properties}  # in a line's `where` bare words are what was answered
    return Heard(kind, value, at, event.occurred_at, properties.get("turn"), properties.get("seq"), properties)


def for_any_run(event: EventRow) -> bool:
    """Say whether an event is heard by every run of the person, not only by the one it names."""
    return event.name not in OF_ONE_RUN


def untied(one: Heard) -> Heard:
    """Return the same response without the turn it answers, for the other runs of the person."""
    return one if one.turn is None and one.seq is None else Heard(one.kind, one.value, one.at, one.occurred_at, None, None, one.properties)


def listens_for(plan: Plan) -> frozenset[tuple[str, str | None]]:
    """Return what a plan's lines and goal listen for: (kind, name), with None where any name will do."""
    wanted: set[tuple[str, str | None]] = set()
    if plan.goal is not None:
        wanted.add(("event", plan.goal.event))
    for line in [*plan.anytime, *(line for turn in plan.turns.values() for line in turn.listen)]:
        named = line.hears in {"event", "redeemed", "granted", "refused", "joined", "left", "visited"}
        wanted.add((line.hears, line.what if named and isinstance(line.what, str) and line.what != "any" else None))
    return frozenset(wanted)


def matters(one: Heard, wanted: frozenset[tuple[str, str | None]]) -> bool:
    """Say whether a plan could hear this at all."""
    return one.kind in ALWAYS_HEARD or (one.kind, one.value) in wanted or (one.kind, None) in wanted
