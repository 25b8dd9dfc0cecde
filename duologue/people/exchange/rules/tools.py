"""The tools whose lists are understood, as their exports of contacts and of blocked addresses are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.people.exchange.rules.line import (
    AGREED,
    BOUNCED,
    LEFT,
    PENDING,
    Line,
    agreed,
    by_state,
    facts_of,
    first,
    is_yes,
    left,
    may_say_yes,
    not_understood,
    unusable,
    when,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.people.exchange.rules.line import Row

SPAM: Final = "spam_report"
BY_HAND: Final = "by_hand"


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool: where the address stands, how a row is read and written, and whether its rows say by themselves how a person stands."""

    name: str
    address: tuple[str, ...]
    read: Callable[[Row, str, str], Line]
    write: Callable[[Line], dict[str, str]]
    says_state: bool = True
    names_state: bool = False  # its exports are named after what they hold


def _mailchimp(row: Row, email: str, state: str) -> Line:
    if first(row, "clean_time"):
        return unusable(row, email, "clean_time", because=BOUNCED)
    if first(row, "unsub_time") or state == LEFT:
        why = ": ".join(cell for cell in (first(row, "unsub_reason"), first(row, "unsub_reason_other")) if cell)
        return left(row, email, "unsub_time", reason=why)
    # of whom an admin added there is a time of confirming all the same
    line = by_state(row, email, state, *(("confirm_time", "optin_time") if first(row, "optin_time") else ()))
    proof = {key: cell for key in ("optin_time", "optin_ip", "confirm_time", "confirm_ip") if (cell := first(row, key))}
    return msgspec.structs.replace(line, proof=proof if line.state == AGREED else {})


def _to_mailchimp(line: Line) -> dict[str, str]:
    at = _moment(line)
    return {
        "Email Address": line.email,
        **_names(line, "First Name", "Last Name"),
        "OPTIN_TIME": at if line.state == AGREED else "",
        "UNSUB_TIME": at if line.state == LEFT and not line.suppress else "",
        "UNSUB_REASON": line.reason if line.state == LEFT and not line.suppress else "",
        "CLEAN_TIME": at if line.suppress else "",
    }


def _listmonk(row: Row, email: str, state: str) -> Line:
    status = first(row, "status").lower()
    if status == "blocklisted":
        line = left(row, email, "updated_at", reason="blocklisted", everything=True)
    elif status not in {"", "enabled", "disabled"}:
        raise not_understood(status, "status")
    else:
        line = Line(email=email, facts=facts_of(row)) if status == "disabled" else by_state(row, email, state)
    return msgspec.structs.replace(line, facts=_attributes(row) | line.facts)


def _attributes(row: Row) -> dict[str, Any]:
    """Return what listmonk keeps of a person beside the name: a map as JSON, of which plain values and lists of them are facts."""
    try:
        found = msgspec.json.decode(first(row, "attributes") or "{}")
    except (msgspec.DecodeError, UnicodeError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in items if _is_plain(value) or (isinstance(value, list) and value and all(map(_is_plain, value)))}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _to_listmonk(line: Line) -> dict[str, str]:
    blocked = bool(line.suppress) or line.everything
    name = " ".join(part for part in (line.facts.get("first_name"), line.facts.get("last_name")) if part) or line.facts.get("name", "")
    at = _moment(line)
    return {
        "email": line.email,
        "name": name,
        "attributes": msgspec.json.encode({"reason": line.reason} if line.reason else {}).decode(),
        "status": "blocklisted" if blocked else "enabled",
        "created_at": at,
        "updated_at": at,
    }


def _mautic(row: Row, email: str, state: str) -> Line:
    """Read a contact, or a row of the report on Do Not Contact, whose reasons are 1 unsubscribed, 2 bounced, 3 by hand."""
    reason = first(row, "dnc reason", "reason", "dnc_reason", "do not contact").lower()
    if (channel := first(row, "channel", "dnc_channel").lower()) and channel != "email":
        return Line(email=email, facts=facts_of(row))
    # among contacts the day on which one was added is no day of leaving
    since = ("dnc_date_added", "dnc date added", *(("date added", "date_added") if channel else ()))
    if reason in {"2", "bounced", "bounce"}:
        return unusable(row, email, *since, because=BOUNCED, reason=first(row, "comments"))
    if reason in {"3", "manual"}:
        return unusable(row, email, *since, because=BY_HAND, reason=first(row, "comments"))
    if reason and reason not in {"0", "no", "false"}:
        return left(row, email, *since, reason=first(row, "comments"), everything=True)
    return by_state(row, email, state)


def _to_mautic(line: Line) -> dict[str, str]:
    reason = {BOUNCED: "2", SPAM: "1", BY_HAND: "3"}.get(line.suppress, "1" if line.state == LEFT else "0")
    about = {"email": line.email, **_names(line, "firstname", "lastname"), "channel": "email"}
    return about | {"dnc_reason": reason, "date_added": _moment(line), "comments": line.reason}


def _hubspot(row: Row, email: str, state: str) -> Line:
    if why := first(row, "email hard bounce reason", "email hard bounce reason enum"):
        return unusable(row, email, because=BOUNCED, reason=why)
    if may_say_yes(row, "unsubscribed from all email"):
        return left(row, email, reason="unsubscribed from all email", everything=True)
    if any(heading.startswith("opted out of email") and may_say_yes(row, heading) for heading in row):
        return left(row, email, reason="opted out")
    basis = first(row, "legal basis for processing contact's data").lower()
    return by_state(row, email, AGREED if "freely given consent" in basis else state, "consent date")


def _to_hubspot(line: Line) -> dict[str, str]:
    return {
        "Email": line.email,
        **_names(line, "First Name", "Last Name"),
        "Consent date": _moment(line),
        "Legal basis for processing contact's data": "Freely given consent from contact" if line.state == AGREED else "",
        "Opted out of email: One to One": "true" if line.state == LEFT else "false",
        "Unsubscribed from all email": "true" if line.state == LEFT else "false",
        "Email hard bounce reason": line.reason if line.suppress else "",
    }


def _klaviyo(row: Row, email: str, state: str) -> Line:
    since: tuple[str, ...] = ("email marketing consent timestamp", "email marketing timestamp", "timestamp")
    consent = first(row, "email marketing consent", "email consent").upper().replace(" ", "_")
    reason = first(row, "email suppressions reason", "email suppressions", "reason").upper().strip("[]'\" ")
    if reason and consent == "SUBSCRIBED":
        since = ("timestamp",)  # the other is when they agreed
    if reason in {"HARD_BOUNCE", "HARD BOUNCE", "INVALID_EMAIL", "INVALID EMAIL"}:
        return unusable(row, email, *since, because=BOUNCED)
    if reason in {"SPAM", "SPAM_COMPLAINT", "MARKED_AS_SPAM"}:
        return unusable(row, email, *since, because=SPAM)
    if reason in {"USER_SUPPRESSED", "MANUAL", "MANUALLY SUPPRESSED"}:
        return unusable(row, email, *since, because=BY_HAND)
    if reason:
        return left(row, email, *since, reason=first(row, "unsubscribe reason") or reason.lower(), everything=True)
    if consent == "UNSUBSCRIBED":
        return left(row, email, *since, reason=first(row, "unsubscribe reason"))
    if consent == "NEVER_SUBSCRIBED":
        return Line(email=email, facts=facts_of(row))
    if consent not in {"", "SUBSCRIBED"}:
        raise not_understood(consent, "Email Marketing Consent")
    return agreed(row, email, *since) if consent else by_state(row, email, state, *since)


def _to_klaviyo(line: Line) -> dict[str, str]:
    consent = {AGREED: "SUBSCRIBED", LEFT: "UNSUBSCRIBED"}.get(line.state, "NEVER_SUBSCRIBED")
    suppressions = {BOUNCED: "HARD_BOUNCE", SPAM: "SPAM_COMPLAINT", BY_HAND: "USER_SUPPRESSED"}
    return {
        "Email": line.email,
        **_names(line, "First Name", "Last Name"),
        "Email Marketing Consent": consent,
        "Email Marketing Consent Timestamp": _moment(line),
        "Unsubscribe Reason": line.reason,
        "Email Suppressions": suppressions.get(line.suppress, "UNSUBSCRIBED" if line.everything else ""),
    }


def _brevo(row: Row, email: str, state: str) -> Line:
    reason = first(row, "blocked reason", "blocked_reason", "reason")
    word = reason.lower().replace(" ", "").replace("_", "")
    since = ("blocked at", "blocked_at", "blockedat")
    if "bounce" in word:
        return unusable(row, email, *since, because=BOUNCED, reason=reason)
    if "spam" in word:
        return unusable(row, email, *since, because=SPAM, reason=reason)
    if "admin" in word:
        return unusable(row, email, *since, because=BY_HAND, reason=reason)
    if reason or may_say_yes(row, "email_blacklisted", "blacklisted", "blocklisted", "emailblacklisted", "email blocklisted"):
        return left(row, email, *since, reason=reason, everything=True)
    doubly = is_yes(row, "double_opt-in", "double opt-in", "double_opt_in")
    return by_state(row, email, AGREED if doubly else state, "double_opt-in date", "opt_in_date")


def _to_brevo(line: Line) -> dict[str, str]:
    words = {BOUNCED: "hardBounce", SPAM: "contactFlaggedAsSpam", BY_HAND: "adminBlocked"}
    return {
        "EMAIL": line.email,
        **_names(line, "FIRSTNAME", "LASTNAME"),
        "OPT_IN_DATE": _moment(line),
        "DOUBLE_OPT-IN": "Yes" if line.state == AGREED else "No",
        "EMAIL_BLACKLISTED": "true" if line.state == LEFT else "false",
        "BLOCKED_REASON": words.get(line.suppress, line.reason or "unsubscribedViaEmail") if line.state == LEFT else "",
        "BLOCKED_AT": _moment(line) if line.state == LEFT else "",
    }


def _activecampaign(row: Row, email: str, state: str) -> Line:
    status = first(row, "status", "contact status").lower()
    ended = ("unsubscribed date", "unsubscription date", "unsubscribe date", "bounced date")
    began = ("subscribed date", "subscription date")
    if status in {"3", "bounced"}:
        return unusable(row, email, *ended, because=BOUNCED)
    if status in {"2", "unsubscribed"}:
        return left(row, email, *ended, reason=first(row, "unsubscribe reason", "unsubscription reason"))
    if status in {"0", "unconfirmed"}:
        return Line(email=email, state=PENDING, at=when(row, *began), facts=facts_of(row))
    if status not in {"", "1", "active"}:
        raise not_understood(status, "Status")
    return agreed(row, email, *began) if status else by_state(row, email, state, *began)


def _to_activecampaign(line: Line) -> dict[str, str]:
    status = {AGREED: "Active", LEFT: "Bounced" if line.suppress else "Unsubscribed"}.get(line.state, "Unconfirmed")
    ended = line.state == LEFT
    about = {"Email": line.email, **_names(line, "First Name", "Last Name"), "Status": status}
    dates = {"Subscribed Date": "" if ended else _moment(line), "Unsubscribed Date": _moment(line) if ended else ""}
    return about | dates | {"Unsubscribe Reason": line.reason}


def _moment(line: Line) -> str:
    return line.at.strftime("%Y-%m-%dT%H:%M:%SZ") if line.at else ""


def _names(line: Line, given: str, family: str) -> dict[str, str]:
    return {given: line.facts.get("first_name", ""), family: line.facts.get("last_name", "")}


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            name="mailchimp", address=("email address", "email"), read=_mailchimp, write=_to_mailchimp, says_state=False, names_state=True
        ),
        Tool(name="listmonk", address=("email",), read=_listmonk, write=_to_listmonk, says_state=False),
        Tool(name="mautic", address=("email",), read=_mautic, write=_to_mautic, says_state=False),
        Tool(name="hubspot", address=("email",), read=_hubspot, write=_to_hubspot),
        Tool(name="klaviyo", address=("email",), read=_klaviyo, write=_to_klaviyo),
        Tool(name="brevo", address=("email",), read=_brevo, write=_to_brevo),
        Tool(name="activecampaign", address=("email",), read=_activecampaign, write=_to_activecampaign),
    )
}
