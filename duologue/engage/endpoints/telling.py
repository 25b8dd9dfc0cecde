"""Telling an endpoint, one event after the other over one connection, and writing down how far it came."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from duologue.engage.endpoints.models import Endpoint, Untaken
from duologue.engage.endpoints.rules import Failure, after, is_refusal
from duologue.engage.webhooks.rules import signature
from duologue.platform.outbound.calling import Line, NotAllowed
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.endpoints.reading import Held, Message
    from duologue.platform.workspaces.models import Workspace

SECONDS: Final = 10.0  # for one call, as Standard Webhooks has receivers answer
TOGETHER: Final = 20.0  # for all under one lease, which is longer


@dataclass(slots=True)
class Told:
    """How far it came: messages done in order, what of them was refused again, and why the next was not taken, if one was not."""

    done: int = 0
    refused: dict[int, Failure] = field(default_factory=dict)
    failure: Failure | None = None


def tell(held: Held, now: datetime) -> Told:
    """Send the messages until one is not taken or the time is over; never raises, for it runs in a thread of its own."""
    told, until = Told(), time.monotonic() + TOGETHER
    if held.messages and not held.keys:
        return Told(failure=Failure("its secret is not kept", for_good=True))
    line = Line(held.endpoint.url, private=settings.WEBHOOKS_PRIVATE)
    try:
        for message in held.messages:
            if time.monotonic() > until:
                break
            failure = _said(line, held, message, now)
            if failure is not None and (message.untaken is None or not is_refusal(failure)):
                told.failure = failure
                break
            if failure is not None:
                told.refused[message.event_id] = failure
            told.done += 1
    finally:
        line.close()
    return told


def say(line: Line, keys: list[str], message: str, body: bytes, now: datetime) -> Failure | None:
    """Make one signed call; return why it was not taken, or None. Any status of the 200s takes it."""
    headers = {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signature(key, message, now, body) for key in keys),
    }
    try:
        status, _ = line.post(body, headers, seconds=SECONDS)
    except NotAllowed as refusal:
        return Failure(str(refusal), for_good=True)
    except TimeoutError:
        return Failure(f"no answer within {SECONDS:.0f} seconds")
    except Exception as trouble:  # noqa: BLE001 whatever another program has made up
        return Failure(type(trouble).__name__)
    return None if 200 <= status < 300 else Failure(f"status {status}", status)


def _said(line: Line, held: Held, message: Message, began: datetime) -> Failure | None:
    return say(line, held.keys, message.id, message.body, began)


@transaction.atomic
def settle(*, workspace: Workspace, held: Held, told: Told) -> None:
    """Move the endpoint past what it took, and say what follows a failure; nothing where somebody else has taken it since."""
    one = _claimed(workspace, held)
    if one is None:
        return
    now = present(workspace)
    stream = [message for message in held.messages if message.untaken is None]
    passed = stream[: max(0, told.done - (len(held.messages) - len(stream)))]
    if told.done == len(held.messages):
        one.batch_no, one.event_id = held.end
    elif passed:
        one.batch_no, one.event_id = passed[-1].batch_no, passed[-1].event_id
    if passed:
        one.told, one.told_at = one.told + len(passed), now
    one.claimed_until, one.due_at = None, now
    if told.failure is None:
        one.attempt, one.trouble, one.failing_since = 0, "", None
    else:
        _failed(workspace, one, held.messages[told.done], told.failure, is_first=told.done > 0, now=now)
    _settle_again(workspace, one, held, told)
    one.save()


@transaction.atomic
def pass_by(*, workspace: Workspace, held: Held) -> None:
    """Move the endpoint past what it is not told at all; what it did not take before stays set aside until somebody asks for it anew."""
    one = _claimed(workspace, held)
    if one is None:
        return
    if one.again:
        Untaken.within(workspace).filter(endpoint=one, again=True).update(again=False)
    (one.batch_no, one.event_id), one.claimed_until, one.again = held.end, None, False
    one.save(update_fields=["batch_no", "event_id", "claimed_until", "again"])


def _claimed(workspace: Workspace, held: Held) -> Endpoint | None:
    return Endpoint.within(workspace).filter(pk=held.endpoint.pk, claim=held.endpoint.claim).select_for_update().first()


def _failed(workspace: Workspace, one: Endpoint, message: Message, failure: Failure, *, is_first: bool, now: datetime) -> None:
    one.attempt = 1 if is_first else one.attempt + 1
    one.trouble = failure.reason[:200]
    one.failing_since = now if is_first or one.failing_since is None else one.failing_since
    following = after(failure, one.attempt, now)
    if following.pause:
        one.paused_at = now
    if following.at is not None:
        one.due_at = following.at
    if not following.set_aside:
        return
    one.attempt = 0
    if message.untaken is not None:
        Untaken.within(workspace).filter(pk=message.untaken).update(again=False, reason=one.trouble)
    else:
        Untaken._rows.get_or_create(
            workspace=workspace,
            endpoint=one,
            event_id=message.event_id,
            defaults={
                "profile_id": message.profile_id,
                "write_id": message.write_id,
                "name": message.name,
                "occurred_at": message.occurred_at,
                "set_aside_at": now,
                "reason": failure.reason[:200],
            },
        )
        one.batch_no, one.event_id = message.batch_no, message.event_id


def _settle_again(workspace: Workspace, one: Endpoint, held: Held, told: Told) -> None:
    """Forget what was taken at last; what was refused again waits until somebody asks for it."""
    if not one.again:
        return
    tried = [message for message in held.messages[: told.done] if message.untaken is not None]
    rows = Untaken.within(workspace).filter(endpoint=one)
    rows.filter(pk__in=[message.untaken for message in tried if message.untaken and message.event_id not in told.refused]).delete()
    for message in tried:
        if message.event_id in told.refused:
            rows.filter(event_id=message.event_id).update(again=False, reason=told.refused[message.event_id].reason[:200])
    one.again = rows.filter(again=True).exists()
