"""Reading the small parts of the language: names, durations, moments, windows, clocks, conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from duologue.kit.clock import is_zone, parse_days, parse_duration, parse_moment, parse_time, parse_window
from duologue.kit.predicate import COMPARISONS, FORMS
from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules.plan import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.kit.yaml import Document, Place

SAME = "same"  # no channel, but the one by which the person last wrote
CHANNELS = frozenset(
    {"email", "sms", "push", "site", "post", "phone", "whatsapp", "telegram", "signal", "viber", "messenger", "instagram", "rcs", SAME}
)
ROOTS = frozenset({"person", "start", "response", "answer", "call", "perk", "turn", "occasion", "placement", "item"})
MOMENT_KEYS = frozenset({"until", "before", "after", "at", "on", "clock", "late", "for", "unit", "times", "least", "most"})

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def name(document: Document, place: Place, value: Any, what: str) -> str:
    """Read the name of something: lower-case letters, digits, hyphen."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    document.refuse(place, f"{what} needs a name of lower-case letters, digits and hyphens, not {value!r}.")
    return "-"


def text(document: Document, place: Place, value: Any, what: str) -> str:
    """Read a text on one or more lines."""
    if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    document.refuse(place, f"{what} needs a text.")
    return ""


def one_of(document: Document, place: Place, value: Any, known: tuple[str, ...], what: str) -> str:
    """Read one of a few words."""
    if value in known:
        return str(value)
    document.refuse(place, f"{what} is one of {', '.join(known)}, not {value!r}{suggestion(str(value), known)}.")
    return known[0]


def checked(document: Document, place: Place, value: Any, parse: Callable[[str], Any]) -> str:
    """Keep a text that `parse` can read; what it says against the text becomes the mistake."""
    if not isinstance(value, str):
        document.refuse(place, f"{value!r} is no text; put it in quotes.")
        return ""
    try:
        parse(value)
    except ValueError as problem:
        document.refuse(place, f"{str(problem)[0].upper()}{str(problem)[1:]}.")
        return ""
    return value


def duration(document: Document, place: Place, value: Any) -> str:
    """Read a DUR."""
    return checked(document, place, str(value), parse_duration)


def window(document: Document, place: Place, value: Any) -> str:
    """Read a WINDOW."""
    return checked(document, place, value, parse_window)


def clock(document: Document, place: Place, value: Any) -> str:
    """Read a CLOCK: person, workspace, a zone or a path."""
    if value in {"person", "workspace"} or (isinstance(value, str) and is_zone(value)):
        return str(value)
    if isinstance(value, str) and value.partition(".")[0] in ROOTS and "." in value:
        return value
    document.refuse(place, f"A clock is person, workspace, a zone as Europe/London, or a path, not {value!r}.")
    return "person"


def channels(document: Document, place: Place, value: Any) -> tuple[str, ...]:
    """Read `by`: a channel or a list of them, the first permitted one being taken."""
    if value == "best":
        document.refuse(place, "`by: best` is not yet understood; name the channels in order, as in [email, sms].")
        return ()
    listed = value if isinstance(value, list) else [value]
    for index, channel in enumerate(listed):
        if channel not in CHANNELS:
            document.refuse((*place, index), f"There is no channel {channel!r}{suggestion(str(channel), CHANNELS)}.")
    return tuple(str(channel) for channel in listed)


def moment(document: Document, place: Place, value: Any, targets: Callable[[Place, str], None]) -> Moment:
    """Read a MOMENT; `targets` is told of the turn that `late` names."""
    if isinstance(value, int):
        document.refuse(place, f"{value!r} is no moment; write a number and s, m, h, d or w, as in 3d.")
        return Moment()
    if isinstance(value, str):
        if value == "best":
            document.refuse(place, 'The moment `best` is not yet understood; name a time of day, as in "10:00".')
            return Moment()
        if ":" in value:
            return Moment(at=checked(document, place, value, parse_time))
        return Moment(duration=duration(document, place, value))
    if not isinstance(value, dict):
        document.refuse(place, 'A moment is a duration as 3d, a time as "10:00", or {until: …} or {for: …}.')
        return Moment()
    document.unknown_keys(place, value, MOMENT_KEYS, "A moment")
    return _moment_map(document, place, value, targets)


def _moment_map(document: Document, place: Place, value: dict[str, Any], targets: Callable[[Place, str], None]) -> Moment:
    if value.get("at") == "best":
        document.refuse((*place, "at"), 'The moment `best` is not yet understood; name a time of day, as in "10:00".')
    read: dict[str, Callable[[Document, Place, Any], str]] = {
        "before": duration,
        "after": duration,
        "at": lambda on, where, given: "" if given == "best" else checked(on, where, given, parse_time),
        "on": lambda on, where, given: checked(on, where, given, parse_days),
        "clock": clock,
    }
    made = {key: how(document, (*place, key), value[key]) for key, how in read.items() if key in value}
    if "before" in value and "after" in value:
        document.refuse(place, "A moment lies before or after, not both.")
    for key in {"unit", "times", "least", "most"} & value.keys():
        document.refuse((*place, key), f"`{key}` of a moment is not yet understood; write a duration.")
    if "for" in value:
        span = str(value["for"])
        if span.partition(".")[0] in ROOTS and "." in span:
            document.refuse((*place, "for"), "A duration taken from a path is not yet understood; write one as 3d.")
        else:
            made["duration"] = duration(document, (*place, "for"), span)
    elif "until" in value:
        made["until"] = _until(document, (*place, "until"), value["until"])
    else:
        document.refuse(place, "This moment needs `until` or `for`.")
    late = value.get("late", "now")
    if late != "now":
        targets((*place, "late"), str(late))
    return Moment(late=str(late), **made)


def _until(document: Document, place: Place, value: Any) -> str:
    if isinstance(value, str) and (parse_moment(value) is not None):
        return value
    path(document, place, value)
    return str(value)


def path(document: Document, place: Place, value: Any) -> None:
    """Refuse what is no PATH."""
    root, _, rest = value.partition(".") if isinstance(value, str) else ("", "", "")
    if root in ROOTS and rest:
        if root in {"call", "occasion", "placement"}:
            document.refuse(place, f"Paths that begin with {root}. are not yet understood.")
        return
    near = suggestion(root, ROOTS)
    document.refuse(place, f"{value!r} is no path; a path begins with person. start. response. answer. perk. turn.{near}.")


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
