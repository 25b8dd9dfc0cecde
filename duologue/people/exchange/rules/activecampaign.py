"""ActiveCampaign: contacts of a list, whose status is 0 unconfirmed, 1 active, 2 unsubscribed, 3 bounced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.people.exchange.rules.line import (
    AGREED,
    BOUNCED,
    BY_HAND,
    LEFT,
    PENDING,
    Line,
    agreed,
    by_state,
    facts_of,
    first,
    left,
    names,
    not_understood,
    unusable,
    when,
    written,
)

if TYPE_CHECKING:
    from duologue.people.exchange.rules.line import Row

ENDED: Final = ("unsubscribed date", "unsubscription date", "unsubscribe date", "bounced date")
WHY: Final = ("unsubscribe reason", "unsubscription reason")
UNDERSTOOD: Final = (*ENDED, *WHY)


def read(row: Row, email: str, state: str) -> Line:
    """Read a contact; without a status, one that left once has left."""
    status = first(row, "status", "contact status", "list status").lower()
    began = ("subscribed date", "subscription date")
    if status == "3" or status.startswith(("bounced", "hard bounce")):
        return unusable(row, email, *ENDED, because=BOUNCED)
    if status == "excluded":
        return unusable(row, email, *ENDED, because=BY_HAND)
    if status in {"2", "unsubscribed"} or (not status and first(row, *ENDED, *WHY)):
        return left(row, email, *ENDED, reason=first(row, *WHY))
    if status in {"0", "unconfirmed"}:
        return Line(email=email, state=PENDING, at=when(row, *began), facts=facts_of(row))
    if status not in {"", "1", "active", "subscribed"}:
        raise not_understood(status, "Status")
    return agreed(row, email, *began) if status else by_state(row, email, state, *began)


def write(line: Line) -> dict[str, str]:
    """Write a contact for ActiveCampaign's import, where a list as a whole is active, unsubscribed or excluded."""
    status = {AGREED: "Active", LEFT: "Bounced" if line.suppress else "Unsubscribed"}.get(line.state, "Unconfirmed")
    ended = line.state == LEFT
    about = {"Email": line.email, **names(line, "First Name", "Last Name"), "Status": status}
    dates = {"Subscribed Date": "" if ended else written(line), "Unsubscribed Date": written(line) if ended else ""}
    return about | dates | {"Unsubscribe Reason": line.reason}
