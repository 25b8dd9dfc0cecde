"""Brevo: contacts as its export writes them, with the channels below _SUBSCRIBED and _BLOCKLISTED, and blocked contacts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.people.exchange.rules.line import (
    AGREED,
    BOUNCED,
    BY_HAND,
    LEFT,
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
    written,
)

if TYPE_CHECKING:
    from duologue.people.exchange.rules.line import Row

BLOCKED: Final = ("blacklisted", "blocklisted", "emailblacklisted", "email blacklisted", "emailblocklisted", "email blocklisted")
OTHER_CHANNELS: Final = re.compile(r"^(?:[\s\[\]'\",;|]*(?:sms|whatsapp|web_?push|push|transactional)\w*)+[\s\[\]'\",;|]*$", re.IGNORECASE)
UNDERSTOOD: Final = ("_blocklisted", "_blacklisted", "blocklisted", "blacklisted")


def read(raw: Row, email: str, state: str) -> Line:
    """Read a contact. Nobody who is not subscribed to e-mail agrees; to be subscribed is not to have agreed, for everybody added is."""
    row = {heading.replace("_", " ").strip(): cell for heading, cell in raw.items()}
    reason = first(row, "blocked reason", "reason")
    word = reason.lower().replace(" ", "").replace("_", "")
    since = ("blocked at", "blockedat")
    if "bounce" in word:
        return unusable(row, email, *since, because=BOUNCED, reason=reason)
    if "spam" in word:
        return unusable(row, email, *since, because=SPAM, reason=reason)
    if "admin" in word:
        return unusable(row, email, *since, because=BY_HAND, reason=reason)
    if reason or any(may_say_yes(row, heading) and not OTHER_CHANNELS.match(row[heading]) for heading in BLOCKED):
        return left(row, email, *since, reason=reason, everything=True)
    if "_subscribed" in raw and "email" not in raw["_subscribed"].lower() and not is_yes(raw, "_subscribed"):
        return Line(email=email, facts=facts_of(row))
    doubly = is_yes(row, "double opt-in", "double opt in")
    return by_state(row, email, AGREED if doubly else state, "double opt-in date", "opt in date")


def write(line: Line) -> dict[str, str]:
    """Write a contact for Brevo's import, where a list as a whole is subscribed or blocklisted."""
    words = {BOUNCED: "hardBounce", SPAM: "contactFlaggedAsSpam", BY_HAND: "adminBlocked"}
    return {
        "EMAIL": line.email,
        **names(line, "FIRSTNAME", "LASTNAME"),
        "OPT_IN_DATE": written(line),
        "DOUBLE_OPT-IN": "Yes" if line.state == AGREED else "No",
        "EMAIL_BLACKLISTED": "true" if line.state == LEFT else "false",
        "BLOCKED_REASON": words.get(line.suppress, line.reason or "unsubscribedViaEmail") if line.state == LEFT else "",
        "BLOCKED_AT": written(line) if line.state == LEFT else "",
    }
