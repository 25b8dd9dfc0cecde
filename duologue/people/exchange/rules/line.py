"""One person's standing as a list tells it, whatever the tool."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.kit.pipeline import Refused
from duologue.people.intake.rules import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = Mapping[str, str]  # headings in small letters

AGREED: Final = "granted"
LEFT: Final = "withdrawn"
PENDING: Final = "pending"
UNSAID: Final = "unsaid"
STATES: Final = {"subscribed": AGREED, "unsubscribed": LEFT, "cleaned": LEFT, "pending": PENDING, "nonsubscribed": UNSAID}
"""What the list as a whole may be said to hold."""

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When somebody agreed of whom the list does not say when: before any leaving that is known."""

YES: Final = frozenset({"1", "y", "yes", "true", "t", "x"})
FACTS: Final = {
    "first_name": ("first name", "firstname", "first_name", "fname", "prenom"),
    "last_name": ("last name", "lastname", "last_name", "lname", "nom"),
    "name": ("name", "full name"),
    "country": ("country", "country_code"),
    "city": ("city",),
    "locale": ("language", "locale", "preferred language"),
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of one address.

    `state` is granted, withdrawn, pending (asked, not answered) or unsaid; `everything` means all that needs consent and not only this
    list; `suppress` is the reason why the address itself is not to be used.
    """

    email: str
    state: str = UNSAID
    at: datetime | None = None
    reason: str = ""
    everything: bool = False
    suppress: str = ""
    facts: dict[str, Any] = {}


def first(row: Row, *headings: str) -> str:
    """Return the first of these cells that is not empty."""
    return next((cell for heading in headings if (cell := row.get(heading, "").strip())), "")


def is_yes(row: Row, *headings: str) -> bool:
    """Say whether one of these cells says yes."""
    return any(row.get(heading, "").strip().lower() in YES for heading in headings)


def when(row: Row, *headings: str) -> datetime | None:
    """Return the first of these cells that is a moment without doubt; 03/04/2024 is none, for it may be March or April."""
    for heading in headings:
        try:
            return moment(row.get(heading, ""))
        except Refused:
            continue
    return None


def facts_of(row: Row) -> dict[str, str]:
    """Return what a row tells of the person, under our names."""
    return {fact: cell for fact, headings in FACTS.items() if (cell := first(row, *headings))}


def agreed(row: Row, email: str, *since: str) -> Line:
    """Return the line of somebody who agreed."""
    return Line(email=email, state=AGREED, at=when(row, *since), facts=facts_of(row))


def left(row: Row, email: str, *since: str, reason: str = "", everything: bool = False) -> Line:
    """Return the line of somebody who left."""
    return Line(email=email, state=LEFT, at=when(row, *since), reason=reason, everything=everything, facts=facts_of(row))


def unusable(row: Row, email: str, *since: str, because: str, reason: str = "") -> Line:
    """Return the line of an address that is not to be used: `because` is hard_bounce, spam_report or by_hand."""
    said = reason or because.replace("_", " ")
    return Line(email=email, state=LEFT, at=when(row, *since), reason=said, everything=True, suppress=because, facts=facts_of(row))


def by_state(row: Row, email: str, state: str, *since: str) -> Line:
    """Return the line where the row does not say how the person stands, and the list as a whole does."""
    if state == AGREED:
        return agreed(row, email, *since)
    return left(row, email) if state == LEFT else Line(email=email, state=state or UNSAID, at=when(row, *since), facts=facts_of(row))
