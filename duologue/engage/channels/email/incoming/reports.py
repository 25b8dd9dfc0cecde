"""Reports in the formats made for them: RFC 3464 (delivery status), RFC 5965 (abuse), RFC 8098 (read receipts)."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import Message
from typing import TYPE_CHECKING, cast

from duologue.engage.channels.email.incoming.incoming import Verdict
from duologue.engage.channels.email.incoming.parts import ADDRESS, decoded, text_of, walk
from duologue.engage.channels.email.incoming.status import judged

if TYPE_CHECKING:
    from duologue.engage.channels.email.incoming.parts import Mail

NOTICES = {"delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered"}
WIDE_ADDRESS = re.compile(r"[^\s<>()\[\];:,\"@\ufffd]{1,64}@[^\s<>()\[\];:,\"@\ufffd]{1,255}")  # RFC 6531
NO_COMPLAINT = {"not-spam": "not_spam", "auth-failure": "authentication", "virus": "virus", "dkim": "authentication"}


def abuse_report(mail: Mail) -> Verdict | None:
    """Read a spam report (ARF), or one of the kinds that some providers send in their own shape."""
    part = mail.part("message/feedback-report")
    if part is None:
        return _report_in_own_shape(mail)
    fields = _blocks(part)[0] if _blocks(part) else {}
    kind = fields.get("feedback-type", "abuse").strip().lower()
    if kind in NO_COMPLAINT:
        return Verdict(kind="other", reason=NO_COMPLAINT[kind])
    recipients = [fields.get("original-rcpt-to", ""), fields.get("removal-recipient", ""), *_original_recipients(mail)]
    return Verdict(kind="spam_report", reason="opt_out" if kind.startswith("opt-out") else "abuse", recipients=_addresses(recipients)[:5])


def _report_in_own_shape(mail: Mail) -> Verdict | None:
    sender, subject = mail.sender[1], mail.header("Subject").lower()
    of_a_loop = sender in {"staff@hotmail.com", "fbl@synacor.com"} or re.match(
        r"(?:feedbackloop|fbl|abuse-?report|complaints?)[\w.-]*@", sender
    )
    by_subject = re.match(r"(?:complaint about message from|\[?(?:abuse|spam) (?:report|complaint)|email feedback report for ip)", subject)
    if not (by_subject or (of_a_loop and mail.part("message/rfc822") is not None)):
        return None
    hidden = [part.get("X-HmXmrOriginalRecipient", "") for part in mail.parts]
    return Verdict(kind="spam_report", reason="abuse", recipients=_addresses([*hidden, *_original_recipients(mail)])[:5])


def read_receipt(mail: Mail) -> Verdict | None:
    """Read a message disposition notification: displayed, deleted and the like say nothing we act on."""
    part = mail.part("message/disposition-notification")
    if part is None:
        return None
    fields = {name: value for block in _blocks(part) for name, value in block.items()}
    disposition = fields.get("disposition", "").rpartition(";")[2].strip().lower().partition("/")[0]
    recipients = [fields.get("final-recipient", ""), fields.get("original-recipient", "")]
    return Verdict(kind="delivery_notice", reason=disposition or "displayed", recipients=_addresses(recipients)[:1])


def delivery_status(mail: Mail) -> Verdict | None:
    """Read a delivery status notification. One failed recipient makes it a bounce; the gravest failure counts."""
    part = mail.part("message/delivery-status") or mail.part("message/global-delivery-status")
    if part is None:
        return None
    blocks = [block for block in _blocks(part) if "final-recipient" in block or "original-recipient" in block or "action" in block]
    failed = [
        block
        for block in blocks
        if block.get("action", "").strip().lower().startswith("fail") or (not block.get("action") and _is_failure(block))
    ]
    if not failed:
        return _notice(blocks)
    verdicts = [judged(block.get("status", ""), block.get("diagnostic-code", "") or _explanation(mail), final=True) for block in failed]
    gravest = min(verdicts, key=lambda verdict: verdict.severity != "hard")
    return Verdict(
        kind="bounce",
        severity=gravest.severity,
        reason=gravest.reason,
        recipients=_addresses([_recipient(block) for block in failed]),
        diagnostic=gravest.diagnostic,
    )


def _notice(blocks: list[dict[str, str]]) -> Verdict | None:
    if not blocks:
        return None
    action = blocks[0].get("action", "").strip().lower().partition(" ")[0]
    return Verdict(
        kind="delivery_notice", reason=NOTICES.get(action, action or "notice"), recipients=_addresses([_recipient(b) for b in blocks])
    )


def _is_failure(block: dict[str, str]) -> bool:
    return block.get("status", "").strip().startswith("5")


def _recipient(block: dict[str, str]) -> str:
    """Return the address we wrote to: the original one where it is told, since the final one may lie behind a forwarding."""
    original, final = block.get("original-recipient", ""), block.get("final-recipient", "")
    return original if _addresses([original]) else final


def _addresses(texts: list[str]) -> list[str]:
    told = [text.partition(";")[2] or text for text in texts]
    found = [match.group().lower() for text in told for match in [(ADDRESS if text.isascii() else WIDE_ADDRESS).search(text)] if match]
    return list(dict.fromkeys(found))


def _explanation(mail: Mail) -> str:
    return mail.plain[:3000]


def _blocks(part: Message) -> list[dict[str, str]]:
    """Return the groups of fields of a report part, names in lower case, however it was parsed or encoded."""
    if part.is_multipart():
        groups = [child for child in cast("list[Message]", part.get_payload()) if isinstance(child, Message)]
        blocks = [{name.lower(): decoded(value) for name, value in group.items()} for group in groups]
        leftovers = [text for group in groups if not group.is_multipart() and (text := text_of(group)).strip()]
        blocks += [block for text in leftovers for block in _blocks_of_text(text)]
    else:
        blocks = _blocks_of_text(text_of(part))
    return [block for block in blocks if block]


def _blocks_of_text(text: str) -> list[dict[str, str]]:
    groups = [group for group in re.split(r"\n[ \t]*\n", text) if group.strip()]
    parsed = [email.message_from_string(group.strip("\n"), policy=email.policy.compat32) for group in groups]
    return [{name.lower(): decoded(value) for name, value in group.items()} for group in parsed]


def _original_recipients(mail: Mail) -> list[str]:
    """Return to whom the mail inside the report was addressed."""
    for part in mail.parts:
        if part.get_content_type() == "message/rfc822":
            inner = next(walk(cast("list[Message]", part.get_payload())[0])) if part.is_multipart() else None
            return [decoded(inner.get("To"))] if inner is not None else []
        if part.get_content_type() == "text/rfc822-headers":
            return [decoded(email.message_from_string(text_of(part)).get("To"))]
    return []
