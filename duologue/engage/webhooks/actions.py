"""Keeping webhooks, and putting calls into the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.engage.webhooks.models import Webhook, WebhookCall
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

UNKNOWN = "no such webhook"


@dataclass(slots=True, frozen=True)
class NewCall:
    """A turn asks a program. `payload` is what stands beside it in the plan."""

    webhook: str
    profile: int
    run: int
    dialogue: str
    turn: str
    seq: int
    payload: dict[str, Any]


def save_webhook(*, workspace: Workspace, name: str, url: str, signing_secret: str = "", is_test: bool = False) -> Webhook:
    """Keep a webhook under its name, in place of what was there."""
    values = {"url": url, "signing_secret": signing_secret, "is_test": is_test}
    return Webhook.within(workspace).update_or_create(workspace=workspace, name=name, defaults=values)[0]


def call_all(*, workspace: Workspace, calls: Sequence[NewCall], now: datetime) -> int:
    """Put calls into the outbox in the caller's transaction; return how many. One of a webhook that is gone fails at once."""
    if not calls:
        return 0
    known = dict(Webhook.within(workspace).filter(name__in={call.webhook for call in calls}).values_list("name", "pk"))
    WebhookCall._rows.bulk_create(
        WebhookCall(
            workspace=workspace,
            webhook_id=known[call.webhook],
            run_id=call.run,
            profile_id=call.profile,
            dialogue=call.dialogue,
            turn=call.turn,
            seq=call.seq,
            payload=call.payload,
            asked_at=now,
            due_at=now,
        )
        for call in calls
        if call.webhook in known
    )
    lost = [call for call in calls if call.webhook not in known]
    if lost:
        write(workspace=workspace, events=[failed(call.webhook, call, UNKNOWN, now) for call in lost], now=now)
    return len(calls) - len(lost)


def failed(webhook: str, call: NewCall, reason: str, now: datetime) -> NewEvent:
    """Return the event that tells a run that its call has failed."""
    properties = {"webhook": webhook, "reason": reason[:120], "turn": call.turn, "seq": call.seq}
    return NewEvent(call.profile, now, names.WEBHOOK_FAILED, properties, run_id=call.run)


def answered(webhook: str, call: NewCall, answer: dict[str, Any], now: datetime) -> NewEvent:
    """Return the event that tells a run what was answered."""
    properties = {"webhook": webhook, "answer": answer, "turn": call.turn, "seq": call.seq}
    return NewEvent(call.profile, now, names.WEBHOOK_ANSWERED, properties, run_id=call.run)
