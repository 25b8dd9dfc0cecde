"""Making the calls that are due, many at a time, and telling the timeline what came of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.conf import settings
from django.db import connection, transaction

from duologue.engage.webhooks.actions import NewCall, answered, failed
from duologue.engage.webhooks.models import WebhookCall
from duologue.engage.webhooks.rules import Came, next_try, read_answer, signature
from duologue.people.timeline.actions import write
from duologue.platform.outbound.calling import NotAllowed, post
from duologue.platform.secrets.queries import get_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 32
SECONDS: Final = 5.0
LEASE: Final = timedelta(seconds=60)  # after which a call that nobody reported on is made again, under the same id


@dataclass(slots=True, frozen=True)
class Due:
    """A call taken out of the outbox, with all that making it needs."""

    id: int
    webhook: str
    url: str
    secret: str
    is_test: bool
    asked_at: datetime
    attempt: int
    call: NewCall


def call_due(workspace: Workspace, now: datetime) -> int:
    """Make the calls that are due; return how many were made. A call carries its id, so that one made twice is known again."""
    due = _claim(workspace, now)
    if not due:
        return 0
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        came = list(pool.map(lambda one: _call(one, now, virtual=workspace.is_virtual), due))
    _settle(workspace, list(zip(due, came, strict=True)), now)
    return len(due)


@transaction.atomic
def _claim(workspace: Workspace, now: datetime) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_webhookcall c SET claimed_until = %s, attempt = c.attempt + 1 FROM engage_webhook w
               WHERE w.workspace_id = c.workspace_id AND w.id = c.webhook_id AND c.id IN (
                   SELECT id FROM engage_webhookcall WHERE workspace_id = %s AND due_at <= %s
                     AND (claimed_until IS NULL OR claimed_until <= %s) ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
               RETURNING c.id, w.name, w.url, w.signing_secret, w.is_test, c.asked_at, c.attempt, c.profile_id, c.run_id, c.dialogue,
                         c.turn, c.seq, c.payload""",
            (now + LEASE, workspace.pk, now, now, AT_ONCE),
        )
        rows = cursor.fetchall()
    secrets = {name: get_secret(workspace, name) or "" for name in {row[3] for row in rows if row[3]}}
    return [_due(row, secrets.get(row[3], "")) for row in rows]


def _due(row: Sequence[Any], secret: str) -> Due:
    pk, name, url, _, is_test, asked_at, attempt, profile, run, dialogue, turn, seq, payload = row
    sent = msgspec.json.decode(payload) if isinstance(payload, str) else payload
    return Due(pk, name, url, secret, is_test, asked_at, attempt, NewCall(name, profile, run, dialogue, turn, seq, sent))


def _call(one: Due, now: datetime, *, virtual: bool) -> Came:
    """Make one call; never raises, for it runs in a thread of its own."""
    if virtual and not one.is_test:
        return Came(reason="the clock is virtual")
    body = msgspec.json.encode(
        {
            "type": "dialogue.call",
            "timestamp": one.asked_at.isoformat(),
            "data": {"dialogue": one.call.dialogue, "turn": one.call.turn, "profile": one.call.profile, "with": one.call.payload},
        }
    )
    message = f"call_{one.id}"
    headers = {"content-type": "application/json", "webhook-id": message, "webhook-timestamp": str(int(now.timestamp()))}
    if one.secret:
        headers["webhook-signature"] = signature(one.secret, message, now, body)
    try:
        return read_answer(*post(one.url, body, headers, seconds=SECONDS, private=settings.WEBHOOKS_PRIVATE))
    except NotAllowed as refusal:
        return Came(reason=str(refusal))
    except TimeoutError:
        return Came(reason="timeout", try_again=True)
    except (OSError, ValueError) as trouble:
        return Came(reason=type(trouble).__name__, try_again=True)


@transaction.atomic
def _settle(workspace: Workspace, done: Sequence[tuple[Due, Came]], now: datetime) -> None:
    """Put off what is to be tried again, tell the rest to its runs, and take it out of the outbox."""
    events, over = [], []
    for one, came in done:
        again = next_try(one.attempt, now) if came.try_again else None
        if again is not None:
            WebhookCall.within(workspace).filter(pk=one.id).update(due_at=again, claimed_until=None)
            continue
        over.append(one.id)
        events.append(
            failed(one.webhook, one.call, came.reason, now) if came.answer is None else answered(one.webhook, one.call, came.answer, now)
        )
    WebhookCall.within(workspace).filter(pk__in=over).delete()
    if events:
        write(workspace=workspace, events=events, now=now)
