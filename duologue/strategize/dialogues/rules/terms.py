"""Reading a dialogue's terms: who is left out, how often, from when until when, how many a day, at what cost."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from duologue.kit.money import Money, read_money
from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.conditions import condition
from duologue.strategize.dialogues.rules.plan import Goal, Pace

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place
    from duologue.strategize.dialogues.rules.plan import Trigger

_PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)%")
_RATE = re.compile(r"([1-9]\d{0,8})/day")


def terms(document: Document, starts: tuple[Trigger, ...]) -> dict[str, Any]:
    """Read except, runs, pace, per, if_underway, again, spend, rank, holdout."""
    data = document.data
    made: dict[str, Any] = {}
    if "except" in data:
        made["excepts"] = _except(document, data["except"])
    if "runs" in data:
        made.update(_runs(document, data["runs"]))
    if "pace" in data:
        made["pace"] = _pace(document, data["pace"])
        if starts and not all(trigger.is_timed for trigger in starts):
            document.refuse(("pace",), "`pace` lets an audience in bit by bit; what starts by something that happens cannot wait.")
    if "per" in data:
        parts.path(document, ("per",), data["per"])
        made["per"] = str(data["per"])
    if "if_underway" in data:
        made["if_underway"] = parts.one_of(document, ("if_underway",), data["if_underway"], ("ignore", "restart"), "`if_underway`")
    if "again" in data:
        made["again"] = _again(document, data["again"])
    elif any(trigger.every for trigger in starts):
        made["again"] = "always"
    if "rank" in data:
        made["rank"] = data["rank"]
        if not isinstance(data["rank"], int) or not 1 <= data["rank"] <= 9:
            document.refuse(("rank",), "`rank` is a number from 1, which wins a scarce place, to 9.")
            made["rank"] = 5
    if "holdout" in data:
        made["holdout"] = share(document, ("holdout",), data["holdout"], "`holdout`")
    if "spend" in data:
        made["spend"] = _money(document, data["spend"])
    return made


def goal(document: Document) -> Goal | None:
    """Read `goal`."""
    if "goal" not in document.data:
        return None
    given = document.data["goal"]
    if not isinstance(given, dict) or "event" not in given:
        document.refuse(("goal",), "A goal names an event, as in {event: Order Completed, within: 30d}.")
        return None
    document.unknown_keys(("goal",), given, {"event", "where", "within", "value", "then"}, "A goal")
    made: dict[str, Any] = {"event": parts.text(document, ("goal", "event"), given["event"], "`event`")}
    if "where" in given:
        made["where"] = condition(document, ("goal", "where"), given["where"], bare=True)
    if "within" in given:
        made["within"] = parts.duration(document, ("goal", "within"), given["within"])
    if "value" in given:
        made["value"] = parts.text(document, ("goal", "value"), given["value"], "`value`")
    if "then" in given:
        made["then"] = parts.one_of(document, ("goal", "then"), given["then"], ("end", "stay"), "`then` of a goal")
    return Goal(**made)


def share(document: Document, place: Place, value: Any, what: str) -> float:
    """Read a share below 100%, as 10%."""
    match = _PERCENT.fullmatch(str(value))
    if match is None:
        document.refuse(place, f"{what} is a share below 100%, as in 10%, not {value!r}.")
        return 0.0
    return float(match[1]) / 100


def _except(document: Document, value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed:
        document.refuse(("except",), "`except` names the segments whose members are left out, as in [staff].")
    return tuple(parts.name(document, ("except", index), one, "A segment") for index, one in enumerate(listed))


def _runs(document: Document, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        document.refuse(("runs",), "`runs` says from which day to which, as in {from: 2027-03-01, to: 2027-05-31}.")
        return {}
    document.unknown_keys(("runs",), value, {"from", "to"}, "`runs`")
    named = {"from": "opens", "to": "closes"}
    made = {named[key]: parts.checked(document, ("runs", key), one, _day) for key, one in value.items() if key in named}
    if made.get("opens") and made.get("closes") and made["closes"] < made["opens"]:
        document.refuse(("runs",), "`runs` ends before it begins.")
    return made


def _day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as in 2027-03-01") from None


def _pace(document: Document, value: Any) -> Pace | None:
    if not isinstance(value, dict):
        return Pace(rate(document, ("pace",), value))
    document.unknown_keys(("pace",), value, {"from", "doubling", "to"}, "`pace`")
    if not {"from", "doubling", "to"} <= value.keys():
        document.refuse(("pace",), "`pace` is 200/day, or {from: 200/day, doubling: 2d, to: 5000/day}.")
        return None
    first, most = rate(document, ("pace", "from"), value["from"]), rate(document, ("pace", "to"), value["to"])
    doubling = parts.duration(document, ("pace", "doubling"), value["doubling"])
    if most < first:
        document.refuse(("pace", "to"), "`pace` rises: its `to` is at least its `from`.")
    return Pace(first, doubling, most)


def rate(document: Document, place: Place, value: Any) -> int:
    """Read a number a day, as 200/day."""
    match = _RATE.fullmatch(str(value))
    if match is None:
        document.refuse(place, f"A pace is a number of people a day, as in 200/day, not {value!r}.")
        return 1
    return int(match[1])


def _again(document: Document, value: Any) -> str:
    if value in {"never", "always"}:
        return str(value)
    if isinstance(value, str) and value.startswith("after "):
        return parts.duration(document, ("again",), value.removeprefix("after "))
    document.refuse(("again",), f"`again` is never, always or, as in: after 180d; not {value!r}.")
    return "never"


def _money(document: Document, value: Any) -> Money | None:
    try:
        return read_money(str(value))
    except ValueError as problem:
        document.refuse(("spend",), f"{problem}.")
        return None
