"""Taking endpoints that have something to be told, under a lease, with the next events for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection, transaction

from duologue.engage.endpoints.models import WHOLE, Endpoint, Untaken
from duologue.engage.endpoints.queries import FORMER, LAST, SECRET
from duologue.engage.endpoints.rules import EVERY, kind_of, message_id
from duologue.people.identifiers.queries import identifiers_of
from duologue.platform.secrets.queries import get_secret
from duologue.platform.secrets.sealing import NotOurSeal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

LEASE: Final = timedelta(seconds=60)
MOST: Final = 500  # events told under one lease
SCANNED: Final = 50_000  # events that are looked at under one lease, at least one batch
KINDS: Final = {"external": "external_ids", "email": "emails", "phone": "phones"}


@dataclass(slots=True, frozen=True)
class Message:
    """One event as it is told. `untaken` is the number of its row where it was set aside before."""

    id: str
    body: bytes
    batch_no: int
    write_id: int
    event_id: int
    profile_id: int
    name: str
    occurred_at: datetime
    untaken: int | None = None


@dataclass(slots=True)
class Held:
    """An endpoint under a lease: what to tell it, and the place it stands at when all of that is told.

    `keys` are its secrets, the present one first; there is none where it cannot be had.
    """

    endpoint: Endpoint
    keys: list[str]
    end: tuple[int, int]
    messages: list[Message] = field(default_factory=list)


_COLUMNS: Final = """e.write_id, e.id, e.profile_id, p.person, e.name, e.occurred_at, e.received_at, e.properties::text, e.source"""
_EVENTS: Final = f"""SELECT b.batch_no, {_COLUMNS}, NULL
    FROM unnest(%(numbers)s::bigint[], %(writes)s::bigint[]) AS b (batch_no, write_id)
    JOIN people_event e ON e.write_id = b.write_id
    JOIN people_profile p ON p.workspace_id = e.workspace_id AND p.id = e.profile_id
    WHERE e.workspace_id = %(workspace)s AND e.occurred_at BETWEEN %(first)s AND %(last)s
      AND (%(every)s OR e.name = ANY(%(names)s)) AND (b.batch_no, e.id) > (%(batch)s, %(event)s)
    ORDER BY b.batch_no, e.id LIMIT %(most)s"""
_UNTAKEN: Final = f"""SELECT 0, {_COLUMNS}, u.id FROM engage_untaken u
    JOIN people_event e ON e.workspace_id = u.workspace_id AND e.profile_id = u.profile_id AND e.occurred_at = u.occurred_at
      AND e.id = u.event_id
    JOIN people_profile p ON p.workspace_id = e.workspace_id AND p.id = e.profile_id
    WHERE u.workspace_id = %(workspace)s AND u.endpoint_id = %(endpoint)s AND u.again ORDER BY u.event_id LIMIT %(most)s"""


@transaction.atomic
def take(*, workspace: Workspace, most: int, now: datetime) -> list[Held]:
    """Take up to so many endpoints that have something to be told; nobody else gets them until the lease is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH next AS MATERIALIZED (
                    SELECT id FROM engage_endpoint WHERE workspace_id = %(workspace)s AND paused_at IS NULL AND due_at <= %(now)s
                      AND (claimed_until IS NULL OR claimed_until <= %(now)s)
                      AND (again OR batch_no < {LAST} OR event_id < {WHOLE}) ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
                UPDATE engage_endpoint e SET claim = e.claim + 1, claimed_until = %(until)s FROM next
                WHERE e.workspace_id = %(workspace)s AND e.id = next.id RETURNING e.id""",
            {"workspace": workspace.pk, "now": now, "most": most, "until": now + LEASE},
        )
        taken = [row[0] for row in cursor.fetchall()]
    rows = Endpoint.within(workspace).filter(pk__in=taken).order_by("due_at", "pk")
    return [_held(workspace, one, now) for one in rows]


def _held(workspace: Workspace, one: Endpoint, now: datetime) -> Held:
    held = Held(one, keys_of(workspace, one, now), (one.batch_no, one.event_id))
    rows = _untaken(workspace, one) if one.again else []
    more, held.end = _next(workspace, one)
    rows += more
    known = identifiers_of(workspace, sorted({row[4] for row in rows}), list(KINDS) if one.addresses else ["external"])
    held.messages = [_message(workspace, row, known.get(row[4], {})) for row in rows]
    return held


def keys_of(workspace: Workspace, one: Endpoint, now: datetime) -> list[str]:
    """Return the secrets an endpoint's calls are signed with, the present one first; none where it cannot be had."""
    wanted = [SECRET + one.name, *([FORMER + one.name] if one.former_until and one.former_until > now else [])]
    try:
        return [secret for name in wanted if (secret := get_secret(workspace, name))]
    except NotOurSeal:
        return []


def _untaken(workspace: Workspace, one: Endpoint) -> list[Sequence[Any]]:
    """Return what is to be sent again; what retention took from the timeline meanwhile cannot be, and is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_UNTAKEN, {"workspace": workspace.pk, "endpoint": one.pk, "most": MOST})
        rows: list[Sequence[Any]] = list(cursor.fetchall())
    if len(rows) < MOST:
        Untaken.within(workspace).filter(endpoint=one, again=True).exclude(pk__in=[row[-1] for row in rows]).delete()
    return rows


def _next(workspace: Workspace, one: Endpoint) -> tuple[list[Sequence[Any]], tuple[int, int]]:
    """Return the next events that an endpoint asked for, and the place up to which nothing else is for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT batch_no, write_id, first_at, last_at, sum(events) OVER (ORDER BY batch_no) - events AS before
               FROM people_batch WHERE workspace_id = %s AND batch_no >= %s ORDER BY batch_no LIMIT 1000""",
            (workspace.pk, one.batch_no + (one.event_id == WHOLE)),
        )
        batches = [row for row in cursor.fetchall() if row[4] < SCANNED]
        if not batches:
            return [], (one.batch_no, WHOLE)
        values = {
            "workspace": workspace.pk,
            "numbers": [row[0] for row in batches],
            "writes": [row[1] for row in batches],
            "first": min(row[2] for row in batches),
            "last": max(row[3] for row in batches),
            "every": one.events == [EVERY],
            "names": one.events,
            "batch": one.batch_no,
            "event": one.event_id,
            "most": MOST,
        }
        cursor.execute(_EVENTS, values)
        rows: list[Sequence[Any]] = list(cursor.fetchall())
    return rows, (rows[-1][0], rows[-1][2]) if len(rows) == MOST else (batches[-1][0], WHOLE)


def _message(workspace: Workspace, row: Sequence[Any], known: dict[str, list[str]]) -> Message:
    batch_no, write_id, event_id, profile, person, name, occurred_at, received_at, properties, source, untaken = row
    body = msgspec.json.encode(
        {
            "type": kind_of(name),
            "timestamp": occurred_at.isoformat(),
            "data": {
                "event": name,
                "workspace": workspace.name,
                "person": person,
                **{KINDS[kind]: values for kind, values in known.items()},
                "received_at": received_at.isoformat(),
                "source": source,
                "properties": msgspec.Raw(properties.encode()),
            },
        }
    )
    return Message(
        message_id(write_id, event_id, name, occurred_at), body, batch_no, write_id, event_id, profile, name, occurred_at, untaken
    )
