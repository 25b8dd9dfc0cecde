"""Reading conditions and comparisons: what may stand in them, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import COMPARISONS, FORMS
from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules.parts import duration, name, path, text

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place


def condition(document: Document, place: Place, value: Any, *, bare: bool) -> dict[str, Any]:
    """Check a COND; with `bare`, as in `where`, a key may be a property of the event."""
    if not isinstance(value, dict) or not value:
        document.refuse(place, "A condition is a map, as in {person.country: GB}.")
        return {}
    for key, wanted in value.items():
        _condition_key(document, (*place, key), key, wanted, bare=bare)
    return value


def comparison(document: Document, place: Place, value: Any) -> None:
    """Refuse what is no CMP."""
    if isinstance(value, dict):
        for key, operand in value.items():
            _comparison_key(document, (*place, key), key, operand)
        if not value:
            document.refuse(place, "There is nothing to compare with.")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, list):
                document.refuse((*place, index), "A list of values holds no lists.")
            comparison(document, (*place, index), one)
    elif value is None:
        document.refuse(place, "There is nothing to compare with; for what must be missing write {known: false}.")


def _comparison_key(document: Document, place: Place, key: str, operand: Any) -> None:
    if key not in COMPARISONS:
        document.refuse(place, f"There is no comparison {key!r}{suggestion(key, COMPARISONS)}.")
    elif key == "from":
        path(document, place, operand)
    elif key == "known":
        if not isinstance(operand, bool):
            document.refuse(place, "`known` is true or false.")
    elif key == "within":
        duration(document, place, operand)
    elif key == "not":
        comparison(document, place, operand)
    elif isinstance(operand, dict):
        if set(operand) != {"from"}:
            document.refuse(place, f"`{key}` compares with a value or {{from: PATH}}.")
        else:
            path(document, (*place, "from"), operand["from"])


def _condition_key(document: Document, place: Place, key: str, wanted: Any, *, bare: bool) -> None:
    if key in {"all", "any"} and isinstance(wanted, list):
        for index, one in enumerate(wanted):
            condition(document, (*place, index), one, bare=bare)
    elif key == "not" and isinstance(wanted, dict):
        condition(document, place, wanted, bare=bare)
    elif key == "in":
        name(document, place, wanted, "A segment")
    elif key == "did":
        did(document, place, wanted)
    elif key == "may":
        if not isinstance(wanted, dict) or set(wanted) != {"by", "purpose"}:
            document.refuse(place, "`may` needs {by: CHANNEL, purpose: PURPOSE}.")
    elif key == "items":
        _items(document, place, wanted, bare=bare)
    else:
        if not bare:
            _path_key(document, place, key)
        comparison(document, place, wanted)


def _path_key(document: Document, place: Place, key: str) -> None:
    if key not in FORMS:
        path(document, place, key)
    else:
        document.refuse(place, f"`{key}` is not written like this in a condition.")


def did(document: Document, place: Place, value: Any) -> None:
    """Check {event, where, times, within, since}."""
    if not isinstance(value, dict) or "event" not in value:
        document.refuse(place, "`did` needs {event: NAME}.")
        return
    document.unknown_keys(place, value, {"event", "where", "times", "within", "since"}, "`did`")
    text(document, (*place, "event"), value["event"], "`event`")
    if "where" in value:
        condition(document, (*place, "where"), value["where"], bare=True)
    if "times" in value:
        comparison(document, (*place, "times"), value["times"])
    if "within" in value:
        duration(document, (*place, "within"), value["within"])
    if "since" in value:
        path(document, (*place, "since"), value["since"])


def _items(document: Document, place: Place, wanted: Any, *, bare: bool) -> None:
    if not isinstance(wanted, dict) or "of" not in wanted or not {"some", "every"} & wanted.keys():
        document.refuse(place, "`items` needs {of: PATH, some: COND} or {of: PATH, every: COND}.")
        return
    document.unknown_keys(place, wanted, {"of", "some", "every"}, "`items`")
    path(document, (*place, "of"), wanted["of"])
    for key in {"some", "every"} & wanted.keys():
        condition(document, (*place, key), wanted[key], bare=bare)
