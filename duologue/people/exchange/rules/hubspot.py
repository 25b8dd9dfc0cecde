"""HubSpot: contacts with all properties, by their labels or their internal names, and the export of unsubscribes and bounces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.people.exchange.rules.line import (
    AGREED,
    BOUNCED,
    BY_HAND,
    LEFT,
    PENDING,
    SPAM,
    Line,
    by_state,
    facts_of,
    first,
    is_yes,
    left,
    may_say_yes,
    names,
    unusable,
    when,
    written,
)

if TYPE_CHECKING:
    from duologue.people.exchange.rules.line import Row

BOUNCES: Final = (
    "email hard bounce reason",
    "hs_email_hard_bounce_reason",
    "hs_email_hard_bounce_reason_enum",
    "invalid email address",
    "hs_email_bad_address",
    "portal bounce",
    "global bounce",
)
SPAM_REPORTS: Final = ("portal spam report", "global spam report")
BARRED: Final = ("email address quarantined", "hs_email_quarantined", "is globally ineligible", "hs_email_is_ineligible")
EVERYTHING: Final = ("unsubscribed from all email", "opted out of all email", "portal unsubscribe", "global unsubscribe")
ONE_LIST: Final = ("opted out of email", "hs_email_optout_")
"""How headings begin below which a yes means that somebody left everything, or one kind of mail."""
CONFIRMING: Final = ("pending", "email sent", "not clicked", "awaiting")
NOT_A_KIND_OF_MAIL: Final = frozenset({"email", "email address", *BOUNCES, *SPAM_REPORTS, *EVERYTHING})


def read(row: Row, email: str, state: str) -> Line:
    """Read a contact. One whom HubSpot itself would not write to, in quarantine or ineligible, is not to be written to."""
    if heading := _said_yes(row, BOUNCES):
        why = row[heading].strip()
        return unusable(row, email, because=BOUNCED, reason=heading if is_yes(row, heading) else why)
    if _said_yes(row, SPAM_REPORTS):
        return unusable(row, email, because=SPAM)
    if _said_yes(row, ("hs_email_optout",)) or any(one.startswith(EVERYTHING) and may_say_yes(row, one) for one in row):
        return left(row, email, reason="unsubscribed from all email", everything=True)
    if heading := _said_yes(row, BARRED):
        return unusable(row, email, because=BY_HAND, reason=heading)
    if any(one.startswith(ONE_LIST) and may_say_yes(row, one) for one in row) or _of_one_kind(row):
        return left(row, email, reason="opted out")
    said = by_state(row, email, AGREED if "freely given consent" in _basis(row) else state, "consent date")
    return Line(email=email, state=PENDING, at=when(row), facts=facts_of(row)) if said.state == AGREED and _confirms(row) else said


def _said_yes(row: Row, headings: tuple[str, ...]) -> str:
    return next((heading for heading in headings if may_say_yes(row, heading)), "")


def _of_one_kind(row: Row) -> bool:
    """Say whether a row of the export of unsubscribes, which has a column for each kind of mail, says yes below one."""
    return "portal unsubscribe" in row and any(is_yes(row, heading) for heading in row if heading not in NOT_A_KIND_OF_MAIL)


def _basis(row: Row) -> str:
    label = next((heading for heading in row if heading.startswith("legal basis for processing contact")), "hs_legal_basis")
    return first(row, label, "hs_legal_basis").lower()


def _confirms(row: Row) -> bool:
    """Say whether somebody was asked to confirm and has not yet: "Confirmation email sent", not "User clicked confirmation"."""
    said = first(row, "marketing email confirmation status", "email confirmation status", "hs_emailconfirmationstatus").lower()
    return bool(said) and ("confirm" not in said or any(word in said for word in CONFIRMING))


def write(line: Line) -> dict[str, str]:
    """Write a contact for HubSpot's import, or a row of an opt-out list, of which it reads the address alone."""
    return {
        "Email": line.email,
        **names(line, "First Name", "Last Name"),
        "Consent date": written(line),
        "Legal basis for processing contact's data": "Freely given consent from contact" if line.state == AGREED else "",
        "Unsubscribed from all email": "true" if line.state == LEFT else "false",
        "Email hard bounce reason": line.reason if line.suppress else "",
    }
