"""One person's standing as a list tells it, whatever the tool."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from duologue.kit.pipeline import Refused
from duologue.kit.text import one_line
from duologue.people.intake.rules import moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, str]  # headings in small letters

AGREED: Final = "granted"
LEFT: Final = "withdrawn"
PENDING: Final = "pending"
UNSAID: Final = "unsaid"
CLEANED: Final = "cleaned"
STATES: Final = {"subscribed": AGREED, "unsubscribed": LEFT, "cleaned": CLEANED, "pending": PENDING, "nonsubscribed": UNSAID}
"""What the list as a whole may be said to hold."""

BOUNCED: Final = "hard_bounce"
SPAM: Final = "spam_report"
BY_HAND: Final = "by_hand"
YES: Final = frozenset({"1", "y", "yes", "true", "t", "x"})
NO: Final = frozenset({"", "0", "0.0", "n", "no", "none", "null", "false", "f", "-", "nein", "falsch", "non", "faux", "falso"})
"""How programs and tables write that something is not so; of an opt-out all else counts as one."""
ONLY_A_DAY: Final = len("2024-02-01")
WRITTEN_BY_GO: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d+)? ([+-]\d{4}) (?:[A-Z]{3,5}|[+-]\d{2,4})")
"""2024-03-02 09:00:00.123456 +0000 UTC: how listmonk's export writes a moment."""
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
    list; `suppress` is the reason why the address itself is not to be used, `proof` what else the tool noted when somebody agreed.
    """

    email: str
    state: str = UNSAID
    at: datetime | None = None
    reason: str = ""
    everything: bool = False
    suppress: str = ""
    facts: dict[str, Any] = {}
    proof: dict[str, str] = {}


def row_of(headings: Sequence[str], cells: Sequence[str]) -> Row:
    """Return a row by its headings; what stands under a heading that comes several times is read together.

    HubSpot has a column "Opted out of email: Marketing Information" for each brand of an account: one yes among them is a yes.
    """
    row = dict(zip(headings, cells, strict=False))
    if len(row) == min(len(headings), len(cells)):
        return row
    row.clear()
    for heading, cell in zip(headings, cells, strict=False):
        before = row.get(heading, "").strip()
        said = cell.strip()
        if before.lower() in NO or said.lower() in NO:
            row[heading] = before if said.lower() in NO and before else cell
        elif said != before:
            row[heading] = f"{before}; {said}"
    return row


def first(row: Row, *headings: str) -> str:
    """Return the first of these cells that is not empty."""
    return next((cell for heading in headings if (cell := row.get(heading, "").strip())), "")


def is_yes(row: Row, *headings: str) -> bool:
    """Say whether one of these cells says yes."""
    return any(row.get(heading, "").strip().lower() in YES for heading in headings)


def may_say_yes(row: Row, *headings: str) -> bool:
    """Say whether one of these cells holds anything but a no: an opt-out is believed in whatever words it stands."""
    return any(row.get(heading, "").strip().lower() not in NO for heading in headings)


def not_understood(word: str, heading: str) -> Refused:
    """Return why a row is refused that says in a word nobody knows how the person stands: it may mean that they left."""
    said = one_line(word, most=40)
    return Refused(
        "state not understood", f"{heading} says {said!r}, which may mean that they left; say it in the tool's own English words."
    )


def when(row: Row, *headings: str) -> datetime | None:
    """Return the first of these cells that is a moment without doubt; 03/04/2024 is none, for it may be March or April."""
    for heading in headings:
        said = row.get(heading, "").strip()
        if by_go := WRITTEN_BY_GO.fullmatch(said):
            said = f"{by_go[1]}{(by_go[2] or '')[:7]}{by_go[3]}"
        try:
            return moment(said)
        except Refused:
            continue
    return None


def ended(row: Row, *headings: str) -> datetime | None:
    """Return the first of these cells that is a moment without doubt; of a day its end, for nobody agreed after they left on it."""
    for heading in headings:
        if at := when(row, heading):
            is_day = len(row[heading].strip()) <= ONLY_A_DAY
            return at + timedelta(hours=23, minutes=59, seconds=59) if is_day else at
    return None


def facts_of(row: Row) -> dict[str, str]:
    """Return what a row tells of the person, under our names."""
    return {fact: cell for fact, headings in FACTS.items() if (cell := first(row, *headings))}


def agreed(row: Row, email: str, *since: str) -> Line:
    """Return the line of somebody who agreed."""
    return Line(email=email, state=AGREED, at=when(row, *since), facts=facts_of(row))


def left(row: Row, email: str, *since: str, reason: str = "", everything: bool = False) -> Line:
    """Return the line of somebody who left."""
    return Line(email=email, state=LEFT, at=ended(row, *since), reason=reason, everything=everything, facts=facts_of(row))


def unusable(row: Row, email: str, *since: str, because: str, reason: str = "") -> Line:
    """Return the line of an address that is not to be used: `because` is hard_bounce, spam_report or by_hand."""
    said = reason or because.replace("_", " ")
    return Line(email=email, state=LEFT, at=ended(row, *since), reason=said, everything=True, suppress=because, facts=facts_of(row))


def by_state(row: Row, email: str, state: str, *since: str) -> Line:
    """Return the line where the row does not say how the person stands, and the list as a whole does."""
    if state == AGREED:
        return agreed(row, email, *since)
    if state == CLEANED:
        return unusable(row, email, because=BOUNCED)
    return left(row, email) if state == LEFT else Line(email=email, state=state or UNSAID, at=when(row, *since), facts=facts_of(row))


def within_list(line: Line, whole: str) -> Line:
    """Return a line as it stands in a list of which something is said as a whole: in one of those who left nobody agrees."""
    if whole == CLEANED and not line.suppress:
        at = line.at if line.state == LEFT else None
        return replace(line, state=LEFT, at=at, reason=line.reason or "hard bounce", everything=True, suppress=BOUNCED)
    if whole == LEFT and line.state != LEFT:
        return replace(line, state=LEFT, at=None)
    if whole in {PENDING, UNSAID} and line.state == AGREED:
        return replace(line, state=whole)
    return line


def written(line: Line) -> str:
    """Return when somebody agreed or left as other tools read it; nothing where that is not known."""
    return line.at.strftime("%Y-%m-%dT%H:%M:%SZ") if line.at else ""


def names(line: Line, given: str, family: str) -> dict[str, str]:
    """Return the cells of somebody's names under the headings of a tool."""
    return {given: line.facts.get("first_name", ""), family: line.facts.get("last_name", "")}
