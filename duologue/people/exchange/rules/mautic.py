"""Mautic: contacts, and the reports on contacts and on Do Not Contact, as its source writes them (LeadBundle, Report and Helper).

A report writes its headings, reasons and channels in the language of whoever exports it, and a channel as a link to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.people.exchange.rules.line import (
    AGREED,
    BOUNCED,
    BY_HAND,
    LEFT,
    NO,
    SPAM,
    Line,
    by_state,
    facts_of,
    first,
    left,
    names,
    unusable,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.people.exchange.rules.line import Row

UNDERSTOOD: Final = (
    "dnc reason",
    "dnc channel",
    "dnc channel id",
    "dnc comment",
    "dnc comments",
    "dnc date",
    "dnc date added",
    "dnc preferences",
)
ELSEWHERE: Final = re.compile(r"sms|text message|notification|push|whats ?app|page|asset|focus|social|phone", re.IGNORECASE)
"""Channels that are not e-mail; whatever else a channel is called, in whatever language, is taken for it."""
REASONS: Final[Mapping[str, str]] = {
    "2": BOUNCED,
    "bounced": BOUNCED,
    "bounce": BOUNCED,
    "3": BY_HAND,
    "manual": BY_HAND,
    "manually": BY_HAND,
    "manually unsubscribed": BY_HAND,
}
TAG: Final = re.compile(r"<[^>]*>")


def read(raw: Row, email: str, state: str) -> Line:
    """Read a contact, or a row of a report, whose reasons are 1 unsubscribed, 2 bounced, 3 by hand, 0 contactable."""
    row = {heading.replace("_", " ").removeprefix("contact "): cell for heading, cell in raw.items()}
    channel = TAG.sub("", first(row, "channel", "dnc channel"))
    if channel and ELSEWHERE.search(channel):
        return Line(email=email, facts=facts_of(row))
    # among contacts the day on which one was added is no day of leaving
    since = ("dnc date", "dnc date added", *(("date added",) if channel else ()))
    comment = first(row, "dnc comment", "dnc comments", "comments")
    said = [first(row, "dnc reason", "reason", "do not contact", "donotemail", "do not email"), *_preferences(row)]
    found = {_reason(word) for word in said if not _is_no(word)}
    for because in (BOUNCED, BY_HAND):
        if because in found:
            return unusable(row, email, *since, because=because, reason=comment)
    if found:
        return left(row, email, *since, reason=comment, everything=True)
    return by_state(row, email, state)


def _preferences(row: Row) -> list[str]:
    """Return the reasons against e-mail in a contact's list of them: `DNC Unsubscribed: Email, DNC Bounced: Text Message`, or `1:email`."""
    found = []
    for entry in first(row, "dnc preferences", "dnc list").split(","):
        reason, _, channel = entry.strip().partition(":")
        if reason and not ELSEWHERE.search(channel):
            found.append(reason)
    return found


def _reason(word: str) -> str:
    return REASONS.get(word.strip().lower().removeprefix("dnc ").strip(), LEFT)


def _is_no(word: str) -> bool:
    return word.strip().lower().removeprefix("dnc ").strip() in NO | {"contactable"}


def write(line: Line) -> dict[str, str]:
    """Write a contact for Mautic's import, which knows of leaving what stands under doNotEmail alone."""
    reason = {BOUNCED: "2", SPAM: "1", BY_HAND: "3"}.get(line.suppress, "1" if line.state == LEFT else "0")
    about = {"email": line.email, **names(line, "firstname", "lastname"), "doNotEmail": "false" if line.state == AGREED else "true"}
    return about | {"dnc_reason": reason, "dnc_channel": "email", "dnc_date": written(line), "dnc_comment": line.reason}
