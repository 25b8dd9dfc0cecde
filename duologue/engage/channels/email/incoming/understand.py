"""One mail in, what it is out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.channels.email.incoming import origin, reports
from duologue.engage.channels.email.incoming.automatic import automatic_answer, is_answer, is_for_many
from duologue.engage.channels.email.incoming.bounces import bounce
from duologue.engage.channels.email.incoming.incoming import Incoming, Verdict
from duologue.engage.channels.email.incoming.intents import intent_of
from duologue.engage.channels.email.incoming.parts import Mail
from duologue.engage.channels.email.incoming.text import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.engage.channels.email.addresses import Addressed


def understand(raw: bytes, *, envelope: Iterable[str] = ()) -> Incoming:
    """Say what a mail is, whatever it looks like; never raises on broken mail.

    `envelope` holds the addresses it was delivered to, where the mail server told them (RCPT TO).
    """
    mail = Mail(raw)
    envelope = list(envelope)
    text = visible_text(mail.plain, mail.html)
    addressed = origin.addressed_as(mail, envelope)
    verdict = _verdict(mail, text, addressed)
    name, address = mail.sender
    by_person = verdict.kind in {"reply", "other"} and verdict.reason != "bulk"
    return Incoming(
        kind=verdict.kind,
        severity=verdict.severity,
        reason=verdict.reason,
        recipients=verdict.recipients,
        text=text if verdict.kind in {"reply", "auto_reply", "other"} else "",
        intent=intent_of(text, mail.header("Subject")) if by_person else "",
        delivery=origin.delivery_of(mail, envelope),
        subject=mail.header("Subject")[:300],
        sender=address,
        sender_name=name[:200],
        message_id=mail.header("Message-ID")[:300],
        in_reply_to=mail.header("In-Reply-To")[:300],
        written_at=mail.date(),
        diagnostic=verdict.diagnostic,
    )


def _verdict(mail: Mail, text: str, addressed: Addressed | None) -> Verdict:
    """Ask the readers, the surest first: formats made for machines, daemons' own words, automatic answers, people."""
    at_return_path = addressed is not None and addressed.use == "bounce"
    return (
        reports.abuse_report(mail)
        or reports.read_receipt(mail)
        or reports.delivery_status(mail)
        or bounce(mail, at_return_path=at_return_path)
        or automatic_answer(mail, text)
        or _from_a_person(mail, addressed)
    )


def _from_a_person(mail: Mail, addressed: Addressed | None) -> Verdict:
    if is_for_many(mail):
        return Verdict(kind="other", reason="bulk")
    if is_answer(mail) or (addressed is not None and addressed.use in {"reply", "bounce"}):
        return Verdict(kind="reply")
    return Verdict(kind="other")
