"""What a broadcast that somebody asks for still lacks, and the name it gets by its title."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from duologue.kit.clock import parse_time

if TYPE_CHECKING:
    from duologue.engage.broadcasts.rules.texts import Broadcast

SPELLED: Final = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("é"): "e", ord("è"): "e", ord("'"): "", 0x2019: ""}
_WORDS: Final = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return the name that a title gets: small letters, digits and hyphens."""
    return _WORDS.sub("-", text.lower().translate(SPELLED)).strip("-")[:60].strip("-")


def missing(one: Broadcast) -> dict[str, str]:
    """Return by field what is still to be said, each a sentence."""
    faults = {}
    if not one.segment:
        faults["segment"] = "Choose who is to get it."
    if not one.purpose:
        faults["purpose"] = "Choose what people agreed to get it for."
    if not one.message and not one.subject:
        faults["subject"] = "Write a subject, or take a message there is."
    if not one.message and not one.body:
        faults["body"] = "Write what it says."
    if one.when == "at" and not _is_day(one.day):
        faults["day"] = "Say on which day it leaves."
    try:
        parse_time(one.time)
    except ValueError:
        faults["time"] = "Say at what time, as in 10:00."
    if one.warm_from and one.warm_to < one.warm_from:
        faults["warm_to"] = "A warm-up rises: its most is at least its first number."
    return faults


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
