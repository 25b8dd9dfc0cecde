"""Reading a dialogue: from YAML text to a checked plan, or all that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.strategize.dialogues.rules import parts, trying
from duologue.strategize.dialogues.rules.check import check
from duologue.strategize.dialogues.rules.choices import choose
from duologue.strategize.dialogues.rules.listening import lines
from duologue.strategize.dialogues.rules.plan import Plan, Turn
from duologue.strategize.dialogues.rules.reader import Reader
from duologue.strategize.dialogues.rules.terms import goal, terms
from duologue.strategize.dialogues.rules.triggers import triggers
from duologue.strategize.dialogues.rules.turns import turn

if TYPE_CHECKING:
    from duologue.kit.yaml import Document

__all__ = ["Mistake", "Mistakes", "read_dialogue"]

KEYS = frozenset(
    {
        "dialogue", "about", "owner", "serves", "kind", "purpose", "topic", "audience", "except", "starts", "per", "if_underway",
        "again", "runs", "pace", "first", "stop_if", "warm_up", "archive", "spend", "rank", "holdout", "goal", "by", "window", "clock",
        "choices", "anytime", "start", "turns",
    }
)  # fmt: skip


def read_dialogue(text: str, file: str = "") -> Plan:
    """Return the plan that a dialogue's text means; raises Mistakes with file, line and a sentence for each mistake."""
    document = read_yaml(text, file)
    if not isinstance(document.data, dict):
        document.refuse((), "A dialogue is a map that begins with `dialogue: NAME`.")
        document.settle()
    document.unknown_keys((), document.data, KEYS, "A dialogue")
    choose(document)
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
    anytime = lines(reader, ("anytime",), data["anytime"]) if "anytime" in data else ()
    for index, line in enumerate(anytime):
        if line.hears == "silence":
            document.refuse(("anytime", index), "`anytime` hears no silence; each turn has its own.")
    turns = _turns(document, reader)
    start = next(iter(turns), "")
    if "start" in data:
        start = reader.target(("start",), data["start"])
    starts = triggers(document)
    made: dict[str, Any] = {}
    if "audience" in data:
        made["audience"] = parts.name(document, ("audience",), data["audience"], "A segment")
    elif not starts and "starts" not in data:
        document.refuse((), "This dialogue needs an `audience`, or something that `starts` it.")
    elif any(trigger.kind in {"at", "every"} for trigger in starts):
        document.refuse(("starts",), "A start at a moment needs an `audience`: who is it for?")
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
        goal=goal(document),
        clock=defaults.get("clock", "person"),
        **made,
        **terms(document, starts),
        **trying.head(document, starts),
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
        turns[name] = turn(reader, place, name, one)
    return turns


def _serves(document: Document) -> dict[str, str]:
    given = document.data.get("serves", {})
    if not isinstance(given, dict):
        document.refuse(("serves",), "`serves` is a map, as in {persona: NAME, stage: quiet}.")
        return {}
    document.unknown_keys(("serves",), given, {"persona", "promise", "stage", "campaign"}, "`serves`")
    return {key: parts.name(document, ("serves", key), value, f"`{key}`") for key, value in given.items()}
