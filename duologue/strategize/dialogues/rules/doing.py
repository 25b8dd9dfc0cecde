"""Reading what a turn does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.strategize.dialogues.rules import parts, trying
from duologue.strategize.dialogues.rules.conditions import condition
from duologue.strategize.dialogues.rules.plan import Arm, Branch
from duologue.strategize.dialogues.rules.terms import share

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place
    from duologue.strategize.dialogues.rules.reader import Reader

WHOLE = 1e-9


def own(reader: Reader, place: Place, does: str, given: dict[str, Any]) -> dict[str, Any]:
    """Read what stands only in a turn of its kind; of a turn that does nothing as it should, whatever can be read."""
    document = reader.document
    made: dict[str, Any] = {}
    if "test" in given:
        made["test"] = trying.test(document, (*place, "test"), given["test"])
    if "say" in given:
        made["message"] = parts.name(document, (*place, "say"), given["say"], "A message")
    if does not in given:
        return made
    here = (*place, does)
    value = given[does]
    if does == "ask":
        made.update(_ask(reader, here, value))
    elif does == "give":
        listed = value if isinstance(value, list) else [value]
        made["gives"] = tuple(parts.name(document, (*here, index), one, "An offer") for index, one in enumerate(listed))
    elif does == "branch":
        made["branches"] = _branches(reader, here, value)
    elif does == "experiment":
        made.update(_experiment(reader, here, value))
    elif does == "learn":
        made["learn"] = learned(document, here, value)
    elif does == "wait":
        made["wait"] = parts.moment(document, here, value, reader.late)
    elif does == "call":
        made.update(_call(reader, place, given))
    elif does == "tell":
        made["team"] = parts.name(document, here, value, "A team")
    elif does == "enter":
        made["enters"] = parts.name(document, here, value, "A dialogue")
    elif does == "hand_over":
        made.update(_hand_over(reader, place, given))
    return made


def _experiment(reader: Reader, place: Place, value: Any) -> dict[str, Any]:
    """Read {arms: [{share, then}], settle}."""
    document = reader.document
    arms = value.get("arms") if isinstance(value, dict) else None
    if not isinstance(arms, list) or len(arms) < 2:
        document.refuse(place, "`experiment` needs two arms or more, as in {arms: [{share: 50%, then: T}, {share: 50%, then: T}]}.")
        return {}
    document.unknown_keys(place, value, {"arms", "settle"}, "`experiment`")
    made = []
    for index, one in enumerate(arms):
        here = (*place, "arms", index)
        if not isinstance(one, dict) or set(one) != {"share", "then"}:
            document.refuse(here, "An arm is {share: 50%, then: T}.")
            continue
        part = share(document, (*here, "share"), one["share"], "The `share` of an arm")
        made.append(Arm(part, reader.target((*here, "then"), one["then"])))
    if len(made) == len(arms) and abs(sum(arm.share for arm in made) - 1) > WHOLE:
        document.refuse((*place, "arms"), f"The shares of the arms make {sum(arm.share for arm in made) * 100:g}%, not 100%.")
    settle = value.get("settle", "never")
    return {"arms": tuple(made), "settle": parts.one_of(document, (*place, "settle"), settle, ("goal", "never"), "`settle`")}


def _call(reader: Reader, place: Place, given: dict[str, Any]) -> dict[str, Any]:
    """Read a webhook's name, and beside it what it is sent."""
    document = reader.document
    made: dict[str, Any] = {"call": parts.name(document, (*place, "call"), given["call"], "A webhook")}
    if "with" in given:
        made["brings"] = learned(document, (*place, "with"), given["with"], what="with")
    return made


def _ask(reader: Reader, place: Place, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        if set(value) != {"consent"}:
            reader.document.refuse(place, "`ask` names a survey, or {consent: PURPOSE}.")
            return {}
        return {"consent": parts.name(reader.document, (*place, "consent"), value["consent"], "A purpose")}
    return {"survey": parts.name(reader.document, place, value, "A survey")}


def _branches(reader: Reader, place: Place, value: Any) -> tuple[Branch, ...]:
    if not isinstance(value, list) or not value:
        reader.document.refuse(place, "`branch` is a list, as in [{when: COND, then: T}, {otherwise: T}].")
        return ()
    made: list[Branch] = []
    for index, given in enumerate(value):
        here = (*place, index)
        if isinstance(given, dict) and set(given) == {"otherwise"}:
            made.append(Branch(then=reader.target((*here, "otherwise"), given["otherwise"])))
            if index < len(value) - 1:
                reader.document.refuse(here, "`otherwise` is the last of a branch; what follows it is never reached.")
        elif isinstance(given, dict) and set(given) == {"when", "then"}:
            when = condition(reader.document, (*here, "when"), given["when"], bare=False)
            made.append(Branch(then=reader.target((*here, "then"), given["then"]), when=when))
        else:
            reader.document.refuse(here, "Each way of a branch is {when: COND, then: T}, the last {otherwise: T}.")
    if not (isinstance(value[-1], dict) and "otherwise" in value[-1]):
        reader.document.refuse(place, "This branch needs {otherwise: T} at its end, for all that no condition fits.")
    return tuple(made)


def learned(document: Document, place: Place, value: Any, what: str = "learn") -> dict[str, Any]:
    """Read the facts that a turn or a line notes."""
    if not isinstance(value, dict) or not value:
        document.refuse(place, f"`{what}` is a map, as in {{favourite: tea}}.")
        return {}
    for key, one in value.items():
        here = (*place, key)
        if "." in key:
            document.refuse(here, f"`{what}` names a fact without dots, as in {key.rpartition('.')[2]!r}.")
        if isinstance(one, dict):
            if set(one) != {"from"}:
                document.refuse(here, "What stands here is a value or {from: PATH}.")
            else:
                parts.path(document, (*here, "from"), one["from"])
    return value


def _hand_over(reader: Reader, place: Place, given: dict[str, Any]) -> dict[str, Any]:
    document = reader.document
    made: dict[str, Any] = {"team": parts.name(document, (*place, "hand_over"), given["hand_over"], "A team")}
    if "within" in given:
        made["within"] = parts.duration(document, (*place, "within"), given["within"])
    if "brief" in given:
        made["brief"] = parts.text(document, (*place, "brief"), given["brief"], "`brief`")
    if "pause" in given:
        made["pause"] = parts.one_of(document, (*place, "pause"), given["pause"], ("promotion", "none"), "`pause`")
    if "priority" in given:
        priority = given["priority"]
        if isinstance(priority, dict) and set(priority) == {"from"}:
            parts.path(document, (*place, "priority", "from"), priority["from"])
        elif not isinstance(priority, int) or not 1 <= priority <= 9:
            document.refuse((*place, "priority"), "`priority` is a number from 1, the most urgent, to 9.")
        made["priority"] = priority
    return made
