"""Reading what starts a dialogue: something that happens, a hand, or the calendar."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from duologue.kit.clock import parse_time
from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.calendar import read_rule
from duologue.strategize.dialogues.rules.conditions import condition
from duologue.strategize.dialogues.rules.plan import Trigger
from duologue.strategize.dialogues.rules.words import INTENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.kit.yaml import Document, Place

HAPPENS = ("event", "joins", "leaves", "granted", "replied", "placement")
BESIDE = {
    **{key: {"where"} for key in ("event", "granted", "replied", "placement")},
    "date": {"every", "before", "after", "at"},
    "every": {"at"},
}
TRIGGER_KEYS = frozenset({*HAPPENS, "where", "by_hand", "date", "every", "before", "after", "at"})
WHOLE_DAYS = re.compile(r"\d{1,4}[dw]")


def triggers(document: Document) -> tuple[Trigger, ...]:
    """Read `starts`: one trigger or a list of them."""
    if "starts" not in document.data:
        return ()
    given = document.data["starts"]
    listed: list[tuple[Place, Any]] = [(("starts",), given)]
    if isinstance(given, list):
        listed = [(("starts", index), one) for index, one in enumerate(given)]
        if not given:
            document.refuse(("starts",), "`starts` names nothing; take it out, or say what starts this dialogue.")
    return tuple(_each(document, listed))


def _each(document: Document, listed: list[tuple[Place, Any]]) -> Iterator[Trigger]:
    for place, one in listed:
        if not isinstance(one, dict):
            document.refuse(place, "What starts a dialogue is a map, as in {event: NAME} or {joins: SEGMENT}.")
            continue
        document.unknown_keys(place, one, TRIGGER_KEYS, "What starts a dialogue")
        found = _trigger(document, place, one)
        if found is not None:
            yield found


def _trigger(document: Document, place: Place, given: dict[str, Any]) -> Trigger | None:
    kinds = [key for key in (*HAPPENS, "by_hand", "date") if key in given]
    if len(kinds) > 1:
        document.refuse(place, f"This start names {' and '.join(kinds)}; make two of it.")
        return None
    kind = kinds[0] if kinds else "every" if "every" in given else "at" if "at" in given else ""
    if not kind:
        known = ", ".join((*HAPPENS, "by_hand", "date", "every", "at"))
        document.refuse(place, f"This start names nothing that starts it; it needs one of {known}.")
        return None
    for key in sorted(given.keys() - {kind} - BESIDE.get(kind, set())):
        if key in TRIGGER_KEYS:
            document.refuse((*place, key), f"`{key}` does not stand beside `{kind}`.")
    if kind in {"date", "every", "at"}:
        return _timed(document, place, kind, given)
    if kind == "by_hand":
        if given["by_hand"] is not True:
            document.refuse((*place, "by_hand"), "A start by hand is written {by_hand: true}.")
        return Trigger(kind)
    where = condition(document, (*place, "where"), given["where"], bare=True) if "where" in given else {}
    return Trigger(kind, _name(document, (*place, kind), kind, given[kind]), where)


def _name(document: Document, place: Place, kind: str, value: Any) -> str:
    if kind == "event":
        return parts.text(document, place, value, "`event`")
    if kind == "replied":
        if value != "any" and value not in INTENTS:
            document.refuse(place, f"There is no intent {value!r}{suggestion(str(value), INTENTS)}; the intents are {', '.join(INTENTS)}.")
        return str(value)
    return parts.name(document, place, value, {"granted": "A purpose", "placement": "A placement"}.get(kind, "A segment"))


def _timed(document: Document, place: Place, kind: str, given: dict[str, Any]) -> Trigger:
    if kind == "at":
        return Trigger(kind, at=parts.checked(document, (*place, "at"), given["at"], _day_and_time))
    at = parts.checked(document, (*place, "at"), given.get("at", "10:00"), parse_time)
    if kind == "every":
        return Trigger(kind, every=parts.checked(document, (*place, "every"), given["every"], read_rule), at=at)
    if "before" in given and "after" in given:
        document.refuse(place, "A start lies before or after its date, not both.")
    before, after = (_days(document, (*place, key), given[key]) if key in given else "" for key in ("before", "after"))
    every = parts.one_of(document, (*place, "every"), given["every"], ("year", "month"), "`every` of a date") if "every" in given else ""
    name = str(given["date"])
    if not name.startswith("person.") or len(name) <= len("person."):
        document.refuse((*place, "date"), f"A start by date needs a fact of the person, as person.birthday, not {name!r}.")
    return Trigger(kind, name, every=every, before=before, after=after, at=at)


def _days(document: Document, place: Place, value: Any) -> str:
    written = parts.duration(document, place, value)
    if written and not WHOLE_DAYS.fullmatch(written):
        document.refuse(place, f"A start lies whole days before or after its date, as in 3d, not {written}; `at` says the hour.")
    return written


def _day_and_time(text: str) -> None:
    try:
        found = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a local time; the clock is added when it comes
    except ValueError:
        found = None
    if found is None or len(text) != len("2027-03-01 09:00"):
        raise ValueError(f'{text!r} is no day and time; write it as in "2027-03-01 09:00"')
