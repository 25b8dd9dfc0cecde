"""Klaviyo: an export of a list or segment with its consent columns, and the export of suppressed profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.people.exchange.rules.line import (
    AGREED,
    BOUNCED,
    BY_HAND,
    LEFT,
    NO,
    SPAM,
    Line,
    agreed,
    by_state,
    facts_of,
    first,
    left,
    may_say_yes,
    names,
    not_understood,
    unusable,
    written,
)

if TYPE_CHECKING:
    from duologue.people.exchange.rules.line import Row

UNDERSTOOD: Final = ("email suppressions", "email suppressions reason", "unsubscribe reason", "suppressed", "email suppressed")
SUPPRESSED: Final = {"BOUNCE": BOUNCED, "INVALID": BOUNCED, "SPAM": SPAM, "USER_SUPPRESSED": BY_HAND, "MANUAL": BY_HAND}
"""Words within the reasons of a suppression, the gravest first, and what they mean."""


def read(row: Row, email: str, state: str) -> Line:
    """Read a profile; a suppression counts whatever the consent says, which it leaves as it was."""
    consent = first(row, "email marketing consent", "email consent").upper().replace(" ", "_")
    reason = _suppression(row)
    stamps = ("email marketing consent timestamp", "email marketing timestamp")
    since = (
        ("timestamp",) if reason and consent in {"SUBSCRIBED", "SUBSCRIBE"} else (*stamps, "timestamp")
    )  # the others are when they agreed
    if because := next((what for word, what in SUPPRESSED.items() if word in reason), None):
        return unusable(row, email, *since, because=because)
    if reason:
        return left(row, email, *since, reason=first(row, "unsubscribe reason") or reason.lower(), everything=True)
    if consent in {"UNSUBSCRIBED", "UNSUBSCRIBE"}:
        return left(row, email, *since, reason=first(row, "unsubscribe reason"))
    if consent == "NEVER_SUBSCRIBED":
        return Line(email=email, facts=facts_of(row))
    if consent not in {"", "SUBSCRIBED", "SUBSCRIBE"}:
        raise not_understood(consent, "Email Marketing Consent")
    return agreed(row, email, *since) if consent else by_state(row, email, state, *since)


def _suppression(row: Row) -> str:
    """Return why a profile is suppressed, in capitals: [HARD_BOUNCE], User suppressed; a bare yes is SUPPRESSED."""
    said = first(row, "email suppressions reason", "email suppressions", "reason").strip("[]'\" ")
    if said and said.lower() not in NO:
        return said.upper().replace(" ", "_")
    return "SUPPRESSED" if may_say_yes(row, "suppressed", "email suppressed") else ""


def write(line: Line) -> dict[str, str]:
    """Write a profile for Klaviyo's import, whose words for consent are Subscribe, Unsubscribed and Never subscribed."""
    consent = {AGREED: "Subscribe", LEFT: "Unsubscribed"}.get(line.state, "Never subscribed")
    suppressions = {BOUNCED: "HARD_BOUNCE", SPAM: "SPAM_COMPLAINT", BY_HAND: "USER_SUPPRESSED"}
    return {
        "Email": line.email,
        **names(line, "First Name", "Last Name"),
        "Email Marketing Consent": consent,
        "Email Marketing Consent Timestamp": written(line),
        "Unsubscribe Reason": line.reason,
        "Email Suppressions": suppressions.get(line.suppress, "UNSUBSCRIBED" if line.everything else ""),
    }
