"""Reading the lines that a turn, or a whole dialogue, listens with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.conditions import comparison, condition
from duologue.strategize.dialogues.rules.doing import learned
from duologue.strategize.dialogues.rules.plan import Line
from duologue.strategize.dialogues.rules.words import INTENTS, LINE_KEYS, ONLY_ANY, RESPONSES

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place
    from duologue.strategize.dialogues.rules.reader import Reader


def lines(reader: Reader, place: Place, given: Any) -> tuple[Line, ...]:
    """Read the lines of `listen` or `anytime`."""
    if not isinstance(given, list) or not given:
        reader.document.refuse(place, "Lines are a list, as in [{clicked: any, then: T}, {silence: 3d, then: end}].")
        return ()
    return tuple(line for index, one in enumerate(given) if (line := _line(reader, (*place, index), one)) is not None)


def _line(reader: Reader, place: Place, given: Any) -> Line | None:
    if not isinstance(given, dict):
        reader.document.refuse(place, "A line is a map, as in {clicked: any, then: T}.")
        return None
    known = {*LINE_KEYS, *RESPONSES}
    for key in given:
        if key not in known:
            near = suggestion(key, known)
            reader.document.refuse((*place, key), f"No response and no part of a line is called {key!r}{near}.")
    heard = [key for key in given if key in RESPONSES]
    if not heard and not given.keys() <= known:
        return None
    if len(heard) != 1:
        reader.document.refuse(place, f"A line hears one response, this one hears {' and '.join(heard) or 'none'}.")
        return None
    hears = heard[0]
    made = _rest(reader, place, given)
    what, moment = given[hears], None
    if hears == "silence":
        moment = parts.moment(reader.document, (*place, hears), what, reader.late)
        written, what = f"silence: {as_written(what)}", None
    else:
        _what(reader.document, (*place, hears), hears, what)
        written = f"{hears}: {as_written(what)}"
    return Line(hears=hears, written=written[:160], what=what, moment=moment, **made)


def _rest(reader: Reader, place: Place, given: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "where" in given:
        made["where"] = condition(reader.document, (*place, "where"), given["where"], bare=True)
    if "learn" in given:
        made["learn"] = learned(reader.document, (*place, "learn"), given["learn"])
    if "at_most" in given:
        most = given["at_most"]
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            reader.document.refuse((*place, "at_most"), "`at_most` is a number from 1 up.")
            most = 1
        made["at_most"] = most
    if "then" in given:
        made["then"] = reader.target((*place, "then"), given["then"])
    return made


def _what(document: Document, place: Place, hears: str, what: Any) -> None:
    if hears in ONLY_ANY and what != "any":
        document.refuse(place, f"`{hears}` is written `{hears}: any`.")
    elif hears == "answered" and isinstance(what, dict):
        for question, wanted in what.items():
            comparison(document, (*place, question), wanted)
    elif hears == "replied" and isinstance(what, dict):
        words = what.get("says")
        if set(what) != {"says"} or not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            document.refuse(place, "`replied` names an intent, any, or {says: [WORD, …]}.")
    elif hears == "replied":
        if what != "any" and what not in INTENTS:
            near = suggestion(str(what), INTENTS)
            document.refuse(place, f"There is no intent {what!r}{near}; the intents are {', '.join(INTENTS)}.")
    elif not isinstance(what, str | int):
        document.refuse(place, f"`{hears}` names what is heard, or any.")


def as_written(value: Any) -> str:
    """Return a value of the language on one line, as people write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {as_written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_written(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
