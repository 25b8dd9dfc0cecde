"""Taking calls out of the outbox under a lease, and settling what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from duologue.engage.webhooks.actions import NewCall, answered, failed
from duologue.engage.webhooks.models import WebhookCall
from duologue.engage.webhooks.rules import Came, next_try
from duologue.people.timeline.actions import write
from duologue.platform.secrets.queries import get_secret
from duologue.platform.secrets.sealing import NotOurSeal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

log = structlog.get_logger()
LEASE: Final = timedelta(seconds=60)  # after which a call that nobody reported on is made again, under the same id


@dataclass(slots=True, frozen=True)
class Due:
    """A call taken out of the outbox, with all that making it needs; `secret` is None where one is named that cannot be had."""

    id: int
    webhook: str
    url: str
    secret: str | None
    is_test: bool
    asked_at: datetime
    attempt: int
    call: NewCall


@transaction.atomic
def claim(*, workspace: Workspace, most: int, now: datetime) -> list[Due]:
    """Take out up to so many calls that are due; nobody else gets them until the lease is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            # materialized: as a plain subquery the planner may ask it again for each row, and would claim more than so many
            """WITH next AS MATERIALIZED (
                   SELECT id FROM engage_webhookcall WHERE workspace_id = %s AND due_at <= %s
                     AND (claimed_until IS NULL OR claimed_until <= %s) ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
               UPDATE engage_webhookcall c SET claimed_until = %s, attempt = c.attempt + 1 FROM engage_webhook w, next
               WHERE w.workspace_id = c.workspace_id AND w.id = c.webhook_id AND c.workspace_id = %s AND c.id = next.id
               RETURNING c.id, w.name, w.url, w.signing_secret, w.is_test, c.asked_at, c.attempt, c.profile_id, c.run_id, c.dialogue,
                         c.turn, c.seq, c.payload""",
            (workspace.pk, now, now, most, now + LEASE, workspace.pk),
        )
        rows = cursor.fetchall()
    secrets = {name: _secret(workspace, name) for name in {row[3] for row in rows}}
    return [_due(row, secrets[row[3]]) for row in rows]


def _secret(workspace: Workspace, name: str) -> str | None:
    """Return the secret of a name, nothing for no name, and None where it is not kept or its seal cannot be opened."""
    try:
        return get_secret(workspace, name) if name else ""
    except NotOurSeal:
        return None


def _due(row: Sequence[Any], secret: str | None) -> Due:
    pk, name, url, _, is_test, asked_at, attempt, profile, run, dialogue, turn, seq, payload = row
    sent = msgspec.json.decode(payload) if isinstance(payload, str) else payload
    return Due(pk, name, url, secret, is_test, asked_at, attempt, NewCall(name, profile, run, dialogue, turn, seq, sent))


def settle(*, workspace: Workspace, done: Sequence[tuple[Due, Came]], now: datetime) -> None:
    """Write down what came of calls, together; where that cannot be, one by one, so that none suffers for another."""
    if not _is_written(workspace, done, now):
        for one, came in done:
            if not _is_written(workspace, [(one, came)], now):
                _is_written(workspace, [(one, Came(reason="its answer cannot be kept"))], now)


def _is_written(workspace: Workspace, done: Sequence[tuple[Due, Came]], now: datetime) -> bool:
    try:
        with transaction.atomic():
            _write(workspace, done, now)
    except (OperationalError, InterfaceError):  # the database is away: nothing is wrong with the answers
        raise
    except Exception as trouble:  # noqa: BLE001 whatever another program has made up
        log.warning("webhook_calls_unsettled", workspace=workspace.name, calls=len(done), error=type(trouble).__name__)
        return False
    return True


def _write(workspace: Workspace, done: Sequence[tuple[Due, Came]], now: datetime) -> None:
    """Put off what is to be tried again; take the rest out of the outbox, and tell their runs.

    Nobody is told of a call that is no longer there: its person was erased meanwhile, or it was made twice and told already.
    Nor is one put off that was taken out again since.
    """
    events = {}
    for one, came in done:
        again = next_try(one.attempt, now) if came.try_again else None
        if again is not None:
            WebhookCall.within(workspace).filter(pk=one.id, attempt=one.attempt).update(due_at=again, claimed_until=None)
        elif came.answer is None:
            events[one.id] = failed(one.webhook, one.call, came.reason, now)
        else:
            events[one.id] = answered(one.webhook, one.call, came.answer, now)
    if events:
        there = _take_out(workspace, list(events))
        write(workspace=workspace, events=[event for call, event in events.items() if call in there], now=now)


def _take_out(workspace: Workspace, calls: list[int]) -> set[int]:
    """Take calls out of the outbox and return those that were there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM engage_webhookcall WHERE workspace_id = %s AND id = ANY(%s) RETURNING id", (workspace.pk, calls))
        return {row[0] for row in cursor.fetchall()}
