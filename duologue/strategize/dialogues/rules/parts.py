"""Reading the small parts of the language: names, durations, moments, windows, clocks, conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from duologue.kit.clock import is_zone, parse_days, parse_duration, parse_moment, parse_time, parse_window
from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules.plan import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.kit.yaml import Document, Place

SAME = "same"  # no channel, but the one by which the person last wrote
BEST = "best"  # no channel, but those by which the person answers most, that one first; of times, the hour of most answers
CHANNELS = frozenset(
    {"email", "sms", "push", "site", "post", "phone", "rcs", SAME, BEST}
    | {"whatsapp", "telegram", "signal", "viber", "messenger", "instagram"}
)
ROOTS = frozenset({"person", "start", "response", "answer", "call", "perk", "turn", "occasion", "placement", "item"})
MOMENT_KEYS = frozenset({"until", "before", "after", "at", "on", "clock", "late", "for", "unit", "times", "least", "most"})

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def is_name(value: str) -> bool:
    """Say whether something may have a name."""
    return _NAME.fullmatch(value) is not None


def name(document: Document, place: Place, value: Any, what: str) -> str:
    """Read the name of something: lower-case letters, digits, hyphen."""
    if isinstance(value, str) and is_name(value):
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
        if value == BEST or ":" in value:
            return Moment(at=_hour(document, place, value))
        return Moment(duration=duration(document, place, value))
    if not isinstance(value, dict):
        document.refuse(place, 'A moment is a duration as 3d, a time as "10:00", or {until: …} or {for: …}.')
        return Moment()
    document.unknown_keys(place, value, MOMENT_KEYS, "A moment")
    return _moment_map(document, place, value, targets)


def _moment_map(document: Document, place: Place, value: dict[str, Any], targets: Callable[[Place, str], None]) -> Moment:
    read: dict[str, Callable[[Document, Place, Any], str]] = {
        "before": duration,
        "after": duration,
        "at": _hour,
        "on": lambda on, where, given: checked(on, where, given, parse_days),
        "clock": clock,
    }
    made: dict[str, Any] = {key: how(document, (*place, key), value[key]) for key, how in read.items() if key in value}
    if "before" in value and "after" in value:
        document.refuse(place, "A moment lies before or after, not both.")
    if "for" in value and is_path(value["for"]):
        return Moment(**made, **_number_at_path(document, place, value))
    for key in sorted({"unit", "times", "least", "most"} & value.keys()):
        document.refuse((*place, key), f"`{key}` stands only beside a `for` that names a path, as in {{for: person.days, unit: d}}.")
    if "for" in value:
        made["duration"] = duration(document, (*place, "for"), value["for"])
    elif "until" in value:
        made["until"] = _until(document, (*place, "until"), value["until"])
    else:
        document.refuse(place, "This moment needs `until` or `for`.")
    late = value.get("late", "now")
    if late != "now":
        targets((*place, "late"), str(late))
    return Moment(late=str(late), **made)


def _hour(document: Document, place: Place, value: Any) -> str:
    """Read a time of day, or `best`."""
    return BEST if value == BEST else checked(document, place, value, parse_time)


def _number_at_path(document: Document, place: Place, value: dict[str, Any]) -> dict[str, Any]:
    """Read {for: PATH, unit, times, least, most}."""
    path(document, (*place, "for"), value["for"])
    made: dict[str, Any] = {"path": value["for"]}
    if "unit" in value:
        made["unit"] = one_of(document, (*place, "unit"), value["unit"], ("s", "m", "h", "d", "w"), "`unit`")
    if "times" in value:
        times = value["times"]
        if isinstance(times, bool) or not isinstance(times, int | float) or times <= 0:
            document.refuse((*place, "times"), f"`times` is a number above 0, not {times!r}.")
            times = 1
        made["times"] = float(times)
    made |= {key: duration(document, (*place, key), value[key]) for key in ("least", "most") if key in value}
    if made.get("least") and made.get("most") and parse_duration(made["most"]) < parse_duration(made["least"]):
        document.refuse((*place, "most"), "`most` is at least as long as `least`.")
    if "late" in value:
        document.refuse((*place, "late"), "`late` stands only beside `until`.")
    return made


def is_path(value: Any) -> bool:
    """Say whether a value looks like a PATH."""
    return isinstance(value, str) and "." in value and value.partition(".")[0] in ROOTS


def _until(document: Document, place: Place, value: Any) -> str:
    if isinstance(value, str) and (parse_moment(value) is not None):
        return value
    path(document, place, value)
    return str(value)


def path(document: Document, place: Place, value: Any) -> None:
    """Refuse what is no PATH."""
    root, _, rest = value.partition(".") if isinstance(value, str) else ("", "", "")
    if root in ROOTS and rest:
        return
    near = suggestion(root, ROOTS)
    known = "person. start. response. answer. call. perk. turn. occasion. placement."
    document.refuse(place, f"{value!r} is no path; a path begins with {known}{near}.")
