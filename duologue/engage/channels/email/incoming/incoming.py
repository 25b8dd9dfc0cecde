"""What was understood of one mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.channels.email.addresses import DeliveryRef

Kind = Literal["reply", "auto_reply", "bounce", "spam_report", "delivery_notice", "other"]
Severity = Literal["hard", "soft"]


@dataclass(slots=True, kw_only=True)
class Incoming:
    """One mail as understood.

    `recipients` are the addresses that a bounce, spam report or notice is about. `text` is what a person wrote, without
    what they quoted and without their signature. `is_reply` tells an answer to something from a mail of its own.
    """

    kind: Kind
    severity: Severity | None = None
    reason: str = ""
    recipients: list[str] = field(default_factory=list)
    text: str = ""
    intent: str = ""
    delivery: DeliveryRef | None = None
    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    written_at: datetime | None = None
    diagnostic: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what `mail receive --explain` prints."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "reason": self.reason,
            "recipients": self.recipients,
            "text": self.text,
            "intent": self.intent,
            "delivery": self.delivery.delivery_id if self.delivery else None,
            "subject": self.subject,
            "sender": self.sender,
            "message_id": self.message_id,
            "diagnostic": self.diagnostic,
        }


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What one of the readers concluded; the other fields of `Incoming` are the same for all kinds."""

    kind: Kind
    severity: Severity | None = None
    reason: str = ""
    recipients: list[str] = field(default_factory=list)
    diagnostic: str = ""
