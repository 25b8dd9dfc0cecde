"""Reading a dialogue: from YAML text to a checked plan, or all that is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from duologue.kit.money import Money, read_money
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.check import check
from duologue.strategize.dialogues.rules.plan import Goal, Line, Plan, Trigger, Turn
from duologue.strategize.dialogues.rules.turns import Reader

if TYPE_CHECKING:
    from duologue.kit.yaml import Document

__all__ = ["Mistake", "Mistakes", "read_dialogue"]

KEYS = frozenset(
    {
        "dialogue", "about", "owner", "serves", "kind", "purpose", "topic", "audience", "except", "starts", "per", "if_underway",
        "again", "runs", "pace", "spend", "rank", "holdout", "goal", "by", "window", "clock", "choices", "anytime", "start", "turns",
    }
)  # fmt: skip
NOT_YET = {
    "except": "`except` is not yet understood; leave those people out of the audience's own rule.",
    "pace": "`pace` is not yet understood; the guardrails and the relays limit how much goes out.",
    "runs": "`runs` is not yet understood; start and pause the dialogue by hand.",
    "choices": "`choices` is not yet understood; write the values where they are used.",
}
TRIGGER_KEYS = frozenset(
    {"event", "where", "joins", "leaves", "granted", "replied", "placement", "by_hand", "date", "every", "before", "after", "at"}
)
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)%")
SILENT_TRIGGERS = frozenset({"event", "joins", "leaves"})


def read_dialogue(text: str, file: str = "") -> Plan:
    """Return the plan that a dialogue's text means; raises Mistakes with file, line and a sentence for each mistake."""
    document = read_yaml(text, file)
    if not isinstance(document.data, dict):
        document.refuse((), "A dialogue is a map that begins with `dialogue: NAME`.")
        document.settle()
    document.unknown_keys((), document.data, KEYS, "A dialogue")
    for key, sentence in NOT_YET.items():
        if key in document.data:
            document.refuse((key,), sentence)
    reader = Reader(document, _defaults(document))
    plan = _plan(document, reader)
    check(document, plan, reader.targets)
    document.settle()
    return plan


def _defaults(document: Document) -> dict[str, Any]:
    """Return what turns inherit: by, window, clock, kind, purpose, topic."""
    data = document.data
    made: dict[str, Any] = {"by": ("email",), "kind": "promotion", "purpose": ""}
    if "by" in data:
        made["by"] = parts.channels(document, ("by",), data["by"])
    if "window" in data:
        made["window"] = parts.window(document, ("window",), data["window"])
    if "clock" in data:
        made["clock"] = parts.clock(document, ("clock",), data["clock"])
    if "kind" in data:
        made["kind"] = parts.one_of(document, ("kind",), data["kind"], ("promotion", "service"), "`kind`")
    if "purpose" in data:
        made["purpose"] = parts.name(document, ("purpose",), data["purpose"], "A purpose")
    else:
        document.refuse((), "This dialogue needs a `purpose`: why may it be sent?")
    if "topic" in data:
        made["topic"] = parts.name(document, ("topic",), data["topic"], "A topic")
    return made


def _plan(document: Document, reader: Reader) -> Plan:
    data, defaults = document.data, reader.defaults
    anytime = reader.lines(("anytime",), data["anytime"]) if "anytime" in data else ()
    for index, line in enumerate(anytime):
        if line.hears == "silence":
            document.refuse(("anytime", index), "`anytime` hears no silence; each turn has its own.")
    turns = _turns(document, reader)
    start = next(iter(turns), "")
    if "start" in data:
        start = reader.target(("start",), data["start"])
    starts = _triggers(document)
    made: dict[str, Any] = {}
    if "audience" in data:
        made["audience"] = parts.name(document, ("audience",), data["audience"], "A segment")
    elif not starts and "starts" not in data:
        document.refuse((), "This dialogue needs an `audience`, or something that `starts` it.")
    for key in ("about", "owner"):
        if key in data:
            made[key] = parts.text(document, (key,), data[key], f"`{key}`")
    return Plan(
        dialogue=parts.name(document, ("dialogue",), data.get("dialogue"), "A dialogue"),
        purpose=defaults["purpose"],
        kind=defaults["kind"],
        topic=defaults.get("topic", ""),
        start=start,
        turns=turns,
        starts=starts,
        serves=_serves(document),
        anytime=anytime,
        goal=_goal(document),
        **made,
        **_terms(document),
    )


def _turns(document: Document, reader: Reader) -> dict[str, Turn]:
    given = document.data.get("turns")
    if not isinstance(given, dict) or not given:
        document.refuse(("turns",), "This dialogue needs `turns`, each with a name.")
        return {}
    turns = {}
    for key, one in given.items():
        place = ("turns", key)
        name = parts.name(document, place, key, "A turn")
        if name in {"end", "repeat", "now"}:
            document.refuse(place, f"No turn may be called {name!r}; the word has a meaning of its own.")
        turns[name] = reader.turn(place, name, one)
    return turns


def _serves(document: Document) -> dict[str, str]:
    given = document.data.get("serves", {})
    if not isinstance(given, dict):
        document.refuse(("serves",), "`serves` is a map, as in {persona: NAME, stage: quiet}.")
        return {}
    document.unknown_keys(("serves",), given, {"persona", "promise", "stage", "campaign"}, "`serves`")
    return {key: parts.name(document, ("serves", key), value, f"`{key}`") for key, value in given.items()}


def _triggers(document: Document) -> tuple[Trigger, ...]:
    if "starts" not in document.data:
        return ()
    given = document.data["starts"]
    listed = given if isinstance(given, list) else [given]
    base: tuple[str | int, ...] = ("starts",)
    made = []
    for index, one in enumerate(listed):
        place = (*base, index) if isinstance(given, list) else base
        if not isinstance(one, dict):
            document.refuse(place, "What starts a dialogue is a map, as in {event: NAME} or {joins: SEGMENT}.")
            continue
        document.unknown_keys(place, one, TRIGGER_KEYS, "What starts a dialogue")
        trigger = _trigger(document, place, one)
        if trigger:
            made.append(trigger)
    return tuple(made)


def _trigger(document: Document, place: tuple[str | int, ...], given: dict[str, Any]) -> Trigger | None:
    kinds = [key for key in given if key in SILENT_TRIGGERS]
    if not kinds:
        kind = next((key for key in given if key in TRIGGER_KEYS), "")
        if kind:
            document.refuse(place, f"A start by `{kind}` is not yet understood; use event, joins or leaves.")
        return None
    if len(kinds) > 1:
        document.refuse(place, f"This start names {' and '.join(kinds)}; make two of it.")
    kind = kinds[0]
    where = parts.condition(document, (*place, "where"), given["where"], bare=True) if "where" in given else {}
    if kind == "event":
        return Trigger(kind, parts.text(document, (*place, kind), given[kind], "`event`"), where)
    return Trigger(kind, parts.name(document, (*place, kind), given[kind], "A segment"), where)


def _goal(document: Document) -> Goal | None:
    if "goal" not in document.data:
        return None
    given = document.data["goal"]
    if not isinstance(given, dict) or "event" not in given:
        document.refuse(("goal",), "A goal names an event, as in {event: Order Completed, within: 30d}.")
        return None
    document.unknown_keys(("goal",), given, {"event", "where", "within", "value", "then"}, "A goal")
    made: dict[str, Any] = {"event": parts.text(document, ("goal", "event"), given["event"], "`event`")}
    if "where" in given:
        made["where"] = parts.condition(document, ("goal", "where"), given["where"], bare=True)
    if "within" in given:
        made["within"] = parts.duration(document, ("goal", "within"), given["within"])
    if "value" in given:
        made["value"] = parts.text(document, ("goal", "value"), given["value"], "`value`")
    if "then" in given:
        made["then"] = parts.one_of(document, ("goal", "then"), given["then"], ("end", "stay"), "`then` of a goal")
    return Goal(**made)


def _terms(document: Document) -> dict[str, Any]:
    """Read per, if_underway, again, spend, rank, holdout."""
    data = document.data
    made: dict[str, Any] = {}
    if "per" in data:
        parts.path(document, ("per",), data["per"])
        made["per"] = str(data["per"])
    if "if_underway" in data:
        made["if_underway"] = parts.one_of(document, ("if_underway",), data["if_underway"], ("ignore", "restart"), "`if_underway`")
    if "again" in data:
        made["again"] = _again(document, data["again"])
    if "rank" in data:
        made["rank"] = data["rank"]
        if not isinstance(data["rank"], int) or not 1 <= data["rank"] <= 9:
            document.refuse(("rank",), "`rank` is a number from 1, which wins a scarce place, to 9.")
            made["rank"] = 5
    if "holdout" in data:
        match = _PERCENT.fullmatch(str(data["holdout"]))
        if match is None:
            document.refuse(("holdout",), f"`holdout` is a share below 100%, as in 10%, not {data['holdout']!r}.")
        made["holdout"] = float(match[1]) / 100 if match else 0.0
    if "spend" in data:
        made["spend"] = _money(document, data["spend"])
    return made


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


def lines_of(turn: Turn, plan: Plan) -> tuple[Line, ...]:
    """Return all lines heard in a turn: its own, then those of any time."""
    return (*turn.listen, *plan.anytime)
