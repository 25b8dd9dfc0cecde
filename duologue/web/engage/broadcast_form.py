"""Reading the one screen that a broadcast is made on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from duologue.engage.broadcasts.rules.asking import missing, slug
from duologue.engage.broadcasts.rules.texts import VARIANTS, Broadcast
from duologue.kit.text import whole_number

if TYPE_CHECKING:
    from django.http import QueryDict

RULES: Final = {
    "FREQ=DAILY": "every day",
    "FREQ=WEEKLY;BYDAY=MO": "every Monday",
    "FREQ=WEEKLY;BYDAY=TU": "every Tuesday",
    "FREQ=WEEKLY;BYDAY=WE": "every Wednesday",
    "FREQ=WEEKLY;BYDAY=TH": "every Thursday",
    "FREQ=WEEKLY;BYDAY=FR": "every Friday",
    "FREQ=WEEKLY;BYDAY=SA": "every Saturday",
    "FREQ=WEEKLY;BYDAY=SU": "every Sunday",
    "FREQ=MONTHLY;BYMONTHDAY=1": "on the first of every month",
}
BY: Final = {"responses": "clicks and replies", "goal": "orders", "stays": "those who stay"}
LIMITS: Final = {"bounced": 5.0, "reported": 0.3, "left": 2.0}
NUMBERS: Final = {
    "hours": ("The test", 1, 168),
    "pace": ("The pace", 0, 100_000_000),
    "warm_from": ("The warm-up's first day", 0, 10_000_000),
    "doubling": ("Doubling", 1, 60),
    "warm_to": ("The warm-up's most", 0, 100_000_000),
    "first": ("The first", 0, 1_000_000),
    "first_hours": ("The wait after the first", 1, 168),
}


@dataclass(slots=True)
class Read:
    """What was asked, and what is wrong with it, by field."""

    broadcast: Broadcast
    faults: dict[str, str] = field(default_factory=dict)


def read_form(given: QueryDict, name: str = "") -> Read:
    """Return the broadcast that a form asks for; `name` is that of one there is."""
    faults: dict[str, str] = {}
    about = given.get("about", "").strip()[:300]
    name = name or slug(about)
    if not name:
        faults["about"] = "Give it a name, as in Spring sale."
    numbers = {key: _number(given, key, faults) for key in NUMBERS if key in given}
    message = given.get("message", "").strip()
    subjects = tuple(found for number in range(len(VARIANTS)) if (found := given.get(f"subject_{number + 2}", "").strip()[:300]))
    when = given.get("when", "now")
    one = Broadcast(
        name=name,
        about=about,
        campaign=given.get("campaign", "").strip(),
        segment=given.get("segment", "").strip(),
        purpose=given.get("purpose", "").strip(),
        message=message,
        subject=given.get("subject", "").strip()[:300],
        preview=given.get("preview", "").strip()[:300],
        body=given.get("body", "").strip(),
        subjects=() if message else subjects,
        tries=tuple(given.getlist("tries")) if message else (),
        share=_share(given, "share", faults, 20),
        by=given.get("by", "responses"),
        when=when if when in {"now", "at", "every"} else "now",
        day=given.get("day", ""),
        time=given.get("time_every" if when == "every" else "time", "") or "10:00",
        rule=given.get("rule", "") or next(iter(RULES)),
        clock="workspace" if given.get("clock") == "workspace" else "person",
        warm_per=given.get("warm_per", "receiving"),
        limits={key: value for key in LIMITS if (value := _share(given, key, faults, 0))} if "stops" in given else {},
        archive="archive" in given,
        holdout=_share(given, "holdout", faults, 0),
        **{key: value for key, value in numbers.items() if value is not None},
    )
    return Read(one, faults | missing(one))


def _number(given: QueryDict, key: str, faults: dict[str, str]) -> int | None:
    what, least, most = NUMBERS[key]
    text = given.get(key, "").strip().replace(",", "")
    if not text:
        return None if least else 0
    number = whole_number(text)
    if number is None or not least <= number <= most:
        faults[key] = f"{what}: a whole number from {least:,} to {most:,}, not “{text[:20]}”."
        return None
    return number


def _share(given: QueryDict, key: str, faults: dict[str, str], usual: float) -> float:
    text = given.get(key, "").strip().rstrip("%").replace(",", ".")
    if not text:
        return usual
    try:
        share = round(float(text), 2)
    except ValueError:
        share = -1
    if not 0 <= share < 100:
        faults[key] = f"A share lies between 0 and 100, not “{text[:20]}”."
        return usual
    return share
