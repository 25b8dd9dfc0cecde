"""Reading turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.conditions import condition
from duologue.strategize.dialogues.rules.doing import own
from duologue.strategize.dialogues.rules.listening import lines
from duologue.strategize.dialogues.rules.plan import Turn
from duologue.strategize.dialogues.rules.words import ALL_KEYS, BESIDE, DOES, MAY_SAY

if TYPE_CHECKING:
    from duologue.kit.yaml import Place
    from duologue.strategize.dialogues.rules.reader import Reader


def turn(reader: Reader, place: Place, name: str, given: Any) -> Turn:
    """Read one turn."""
    if not isinstance(given, dict):
        reader.document.refuse(place, f"The turn {name!r} needs a map, as in {{say: MESSAGE, listen: […]}}.")
        return Turn(name=name, does="learn")
    reader.document.unknown_keys(place, given, ALL_KEYS, "A turn")
    does = _does(reader, place, name, given)
    made = {**_shared(reader, place, given), **own(reader, place, does, given)}
    return Turn(name=name, does=does, **made)


def _does(reader: Reader, place: Place, name: str, given: dict[str, Any]) -> str:
    found = [key for key in DOES if key in given]
    if "say" in found and len(found) > 1 and found[0] == "say":
        found.remove("say")
    if not found:
        reader.document.refuse(place, f"The turn {name!r} does nothing; it needs one of {', '.join(DOES)}.")
        return "learn"
    if len(found) > 1:
        reader.document.refuse(place, f"The turn {name!r} does {' and '.join(found)}; a turn does one thing.")
    if "say" in given and found[0] not in MAY_SAY:
        reader.document.refuse((*place, "say"), f"A turn that does {found[0]} says nothing; make two turns.")
    for owner, keys in BESIDE.items():
        for key in keys:
            if key in given and owner != found[0]:
                reader.document.refuse((*place, key), f"`{key}` stands only beside `{owner}`.")
    return found[0]


def _shared(reader: Reader, place: Place, given: dict[str, Any]) -> dict[str, Any]:
    document, made = reader.document, dict(reader.defaults)
    if "by" in given:
        made["by"] = parts.channels(document, (*place, "by"), given["by"])
    if "kind" in given:
        made["kind"] = parts.one_of(document, (*place, "kind"), given["kind"], ("promotion", "service"), "`kind`")
    if "purpose" in given:
        made["purpose"] = parts.name(document, (*place, "purpose"), given["purpose"], "A purpose")
    if "topic" in given:
        made["topic"] = parts.name(document, (*place, "topic"), given["topic"], "A topic")
    if "window" in given:
        made["window"] = parts.window(document, (*place, "window"), given["window"])
    if "clock" in given:
        made["clock"] = parts.clock(document, (*place, "clock"), given["clock"])
    if "too_late" in given:
        made["too_late"] = parts.duration(document, (*place, "too_late"), given["too_late"])
    if "arrives" in given:
        made["arrives"] = parts.moment(document, (*place, "arrives"), given["arrives"], reader.late)
    if "only_if" in given:
        made["only_if"] = condition(document, (*place, "only_if"), given["only_if"], bare=False)
    if "otherwise" in given:
        made["otherwise"] = reader.target((*place, "otherwise"), given["otherwise"])
    if "then" in given:
        made["then"] = reader.target((*place, "then"), given["then"])
    if "listen" in given:
        made["listen"] = lines(reader, (*place, "listen"), given["listen"])
    for key in ("was", "note"):
        if key in given:
            made[key] = parts.text(document, (*place, key), given[key], f"`{key}`")
    return made
