"""Care as written in care.yaml: working hours, target times, ready answers, and what members may give as goodwill."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from duologue.kit.clock import parse_duration, parse_window
from duologue.kit.hours import Hours, worked
from duologue.kit.money import read_money
from duologue.kit.typed import checked, read_typed
from duologue.kit.yaml import suggestion

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from duologue.kit.yaml import Document

ANY: Final = "any"
HANDED_OVER: Final = "handed_over"
FOR_HUMANS: Final = frozenset({"complaint", "question", "wrong_person", "moved", "other"})
"""What a person says that a human must read."""
KINDS: Final = (*sorted(FOR_HUMANS), "praise", "joke", "thanks", HANDED_OVER, ANY)
ROLES: Final = ("owner", "editor", "care")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Words that are ready to be said: Liquid, in the workspace's language, and in others by locale."""

    text: str
    title: str = ""
    locales: dict[str, str] = {}

    def said_in(self, locale: str) -> str:
        """Return the words for a locale: its own, its language's, or the workspace's."""
        return self.locales.get(locale) or self.locales.get(locale.partition("-")[0]) or self.text


class Limit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How much one member may give `within` a duration: so many perks, or perks that cost so much, or both."""

    at_most: int | None = None
    worth: str = ""
    within: str = "30d"


class Goodwill(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Offers that may be given from the inbox; `limits` by role, or by a member's address, which comes first."""

    offers: tuple[str, ...] = ()
    limits: dict[str, Limit] = {}


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How long what people gave to be shown is kept, from its last change on; "" for as long as they let it. `declined` goes sooner."""

    keep: str = ""
    declined: str = "30d"


class Care(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How people are cared for. `targets` are working time by kind of conversation; `any` is for kinds that are not named."""

    hours: str | tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    targets: dict[str, str] = {}
    answers: dict[str, Answer] = {}
    goodwill: Goodwill = Goodwill()
    contributions: Kept = Kept()

    @property
    def windows(self) -> tuple[str, ...]:
        """Return the working hours, one window after the other."""
        return (self.hours,) if isinstance(self.hours, str) else self.hours


def read_care(text: str, file: str = "care.yaml") -> Care:
    """Return the care that a text describes; raises Mistakes."""
    return read_typed(text, file, Care, "A care file", _check)


def answer_by(care: Care, kind: str, zone: str, at: datetime) -> datetime | None:
    """Return by when somebody should have an answer who said (or was handed over for) something of this kind now."""
    target = care.targets.get(kind) or (care.targets.get(ANY) if kind in FOR_HUMANS or kind == HANDED_OVER else None)
    if target is None:
        return None
    return worked(Hours(care.windows, zone, frozenset(map(date.fromisoformat, care.closed))), at, parse_duration(target))


def _check(document: Document, care: Care) -> None:
    for index, window in enumerate(care.windows):
        checked(document, ("hours",) if isinstance(care.hours, str) else ("hours", index), window, parse_window)
    for index, day in enumerate(care.closed):
        checked(document, ("closed", index), day, _day)
    for kind, target in care.targets.items():
        if kind not in KINDS:
            document.refuse(("targets", kind), f"There is no kind of conversation {kind!r}{suggestion(kind, KINDS)}.")
        checked(document, ("targets", kind), target, _working_time)
    checked(document, ("contributions", "keep"), care.contributions.keep, parse_duration)
    checked(document, ("contributions", "declined"), care.contributions.declined, parse_duration)
    for name in care.goodwill.limits:
        if name not in ROLES and "@" not in name:
            document.refuse(("goodwill", "limits", name), f"A limit is for {', '.join(ROLES)}, or for a member's address, not {name!r}.")
    for name, limit in care.goodwill.limits.items():
        place = ("goodwill", "limits", name)
        checked(document, (*place, "within"), limit.within, parse_duration)
        checked(document, (*place, "worth"), limit.worth, read_money)
        if limit.at_most is None and not limit.worth:
            document.refuse(place, "A limit says how many perks, or what they may cost, as in {at_most: 5, worth: 50 GBP, within: 30d}.")
        elif limit.at_most is not None and limit.at_most < 0:
            document.refuse((*place, "at_most"), "`at_most` is a number from 0 up.")


def _working_time(text: str) -> timedelta:
    span = parse_duration(text)
    if text[-1] not in "mh" or not span:
        raise ValueError(f"{text!r} is no working time; write minutes or hours, as in 4h, of which only those count in which you work")
    return span


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as in 2026-12-25") from None
