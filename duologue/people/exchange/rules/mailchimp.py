"""Mailchimp: an export of an audience is a folder of files, one for each state, named after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from duologue.people.exchange.rules.line import AGREED, BOUNCED, LEFT, Line, by_state, first, left, names, unusable, written

if TYPE_CHECKING:
    from duologue.people.exchange.rules.line import Row

UNDERSTOOD: Final = ("unsub_reason", "unsub_reason_other", "unsub_campaign_id", "unsub_campaign_title")


def read(row: Row, email: str, state: str) -> Line:
    """Read a member; in which file the row stands says the rest."""
    if first(row, "clean_time"):
        return unusable(row, email, "clean_time", because=BOUNCED)
    if first(row, "unsub_time") or state == LEFT:
        why = ": ".join(cell for cell in (first(row, "unsub_reason"), first(row, "unsub_reason_other")) if cell)
        return left(row, email, "unsub_time", reason=why)
    # of whom an admin added there is a time of confirming all the same
    line = by_state(row, email, state, *(("confirm_time", "optin_time") if first(row, "optin_time") else ()))
    proof = {key: cell for key in ("optin_time", "optin_ip", "confirm_time", "confirm_ip") if (cell := first(row, key))}
    return replace(line, proof=proof if line.state == AGREED else {})


def write(line: Line) -> dict[str, str]:
    """Write a member for Mailchimp's import, where a list as a whole is subscribed, unsubscribed or cleaned."""
    at = written(line)
    return {
        "Email Address": line.email,
        **names(line, "First Name", "Last Name"),
        "OPTIN_TIME": at if line.state == AGREED else "",
        "UNSUB_TIME": at if line.state == LEFT and not line.suppress else "",
        "UNSUB_REASON": line.reason if line.state == LEFT and not line.suppress else "",
        "CLEAN_TIME": at if line.suppress else "",
    }
