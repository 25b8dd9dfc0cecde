"""Which endpoints there are, what waits for them, and places in the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.endpoints.models import WHOLE, Endpoint, Untaken
from duologue.engage.endpoints.rules import EVERY, message_id, read_message_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

LAST: Final = "(SELECT coalesce(max(batch_no), 0) FROM people_batch WHERE workspace_id = %(workspace)s)"
NEXT: Final = f"""SELECT min(greatest(due_at, claimed_until)) FROM engage_endpoint WHERE workspace_id = %(workspace)s AND paused_at IS NULL
    AND (again OR batch_no < {LAST} OR event_id < {WHOLE})"""
SECRET: Final = "endpoint."  # noqa: S105 where it is kept, not what it is
FORMER: Final = "endpoint-former."


@dataclass(slots=True, frozen=True)
class Standing:
    """An endpoint, how many events it did not take, and how many batches it is behind."""

    endpoint: Endpoint
    untaken: int
    behind: int


def endpoint(workspace: Workspace, name: str) -> Endpoint | None:
    """Return an endpoint by its name, or None."""
    return Endpoint.within(workspace).filter(name=name).first()


def standings(workspace: Workspace) -> list[Standing]:
    """Return all endpoints by name, with what waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.id, (SELECT count(*) FROM engage_untaken u WHERE u.workspace_id = e.workspace_id AND u.endpoint_id = e.id),
                       {LAST} - e.batch_no + (e.event_id < {WHOLE})::int
                FROM engage_endpoint e WHERE e.workspace_id = %(workspace)s""",
            {"workspace": workspace.pk},
        )
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
    return [Standing(one, *counts.get(one.pk, (0, 0))) for one in Endpoint.within(workspace).order_by("name")]


def untaken(workspace: Workspace, one: Endpoint, *, most: int = 100) -> list[Untaken]:
    """Return the events that an endpoint did not take, the last set aside first."""
    return list(Untaken.within(workspace).filter(endpoint=one).order_by("-set_aside_at", "-pk")[:most])


def last_batch(workspace: Workspace) -> int:
    """Return the number of the last written batch; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LAST}", {"workspace": workspace.pk})
        return int(cursor.fetchone()[0])


def place_at(workspace: Workspace, since: datetime) -> tuple[int, int]:
    """Return the place after which all lies that was written at this moment or later."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT coalesce((SELECT min(batch_no) - 1 FROM people_batch WHERE workspace_id = %(workspace)s AND written_at >= %(since)s),
                                {LAST})""",
            {"workspace": workspace.pk, "since": since},
        )
        return int(cursor.fetchone()[0]), WHOLE


def place_before(workspace: Workspace, message: str) -> tuple[int, int] | None:
    """Return the place just before the event that was told under this id; None where there is no such event."""
    numbers = read_message_id(message)
    if numbers is None:
        return None
    write_id, event_id = numbers
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.batch_no, e.name, e.occurred_at
               FROM people_batch b JOIN people_event e ON e.write_id = b.write_id AND e.workspace_id = b.workspace_id
               WHERE b.workspace_id = %s AND b.write_id = %s AND e.id = %s AND b.batch_no IS NOT NULL
                 AND e.occurred_at BETWEEN b.first_at AND b.last_at""",
            (workspace.pk, write_id, event_id),
        )
        row = cursor.fetchone()
    if row is None or message_id(write_id, event_id, row[1], row[2]) != message:
        return None
    return int(row[0]), event_id - 1


def left_with(workspace: Workspace, message: str) -> list[str]:
    """Return the months in which an event told under this id may have happened and of which events have left PostgreSQL."""
    numbers = read_message_id(message)
    if numbers is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.month FROM people_batch b JOIN people_leftmonth l ON l.workspace_id = b.workspace_id AND b.batch_no <= l.batch_no
                   AND b.first_at < (l.month || '-01 00:00:00+00')::timestamptz + interval '1 month'
                   AND b.last_at >= (l.month || '-01 00:00:00+00')::timestamptz
               WHERE b.workspace_id = %s AND b.write_id = %s ORDER BY 1""",
            (workspace.pk, numbers[0]),
        )
        return [row[0] for row in cursor.fetchall()]


def waiting_for(workspace: Workspace) -> tuple[int | None, list[int]]:
    """Return the last batch of which every endpoint was told (None without endpoints), and the events that wait to be sent again.

    Until the caller's transaction ends no endpoint is told anything or set back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM engage_endpoint WHERE workspace_id = %s ORDER BY id FOR SHARE", (workspace.pk,))
        cursor.execute(
            """SELECT (SELECT min(batch_no - (event_id < %s)::int) FROM engage_endpoint WHERE workspace_id = %s),
                      ARRAY(SELECT event_id FROM engage_untaken WHERE workspace_id = %s)""",
            (WHOLE, workspace.pk, workspace.pk),
        )
        told, untaken = cursor.fetchone()
        return told, list(untaken)


def left_since(workspace: Workspace, place: tuple[int, int], names: Sequence[str]) -> list[str]:
    """Return the months of which events of these names, or of all by EVERY, were written after a place and have left PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.month FROM people_leftmonth l WHERE l.workspace_id = %s AND (%s OR NOT l.whole @> to_jsonb(%s::text[]))
               AND EXISTS (SELECT FROM people_batch b WHERE b.workspace_id = l.workspace_id AND b.batch_no > %s AND b.batch_no <= l.batch_no
                   AND b.first_at < (l.month || '-01 00:00:00+00')::timestamptz + interval '1 month'
                   AND b.last_at >= (l.month || '-01 00:00:00+00')::timestamptz) ORDER BY 1""",
            (workspace.pk, EVERY in names, list(names), place[0] - (place[1] < WHOLE)),
        )
        return [row[0] for row in cursor.fetchall()]


def event_names(workspace: Workspace, *, most: int = 200) -> list[str]:
    """Return names of events that this workspace has seen lately, for choosing among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT e.name FROM (SELECT write_id, first_at, last_at FROM people_batch WHERE workspace_id = %s
                   ORDER BY batch_no DESC NULLS LAST LIMIT 50) b
               JOIN LATERAL (SELECT name FROM people_event WHERE write_id = b.write_id AND occurred_at BETWEEN b.first_at AND b.last_at
                   LIMIT 100) e ON true ORDER BY 1 LIMIT %s""",
            (workspace.pk, most),
        )
        return [row[0] for row in cursor.fetchall()]


def as_lines(workspace: Workspace) -> list[dict[str, Any]]:
    """Return all endpoints as plain values, never with a secret."""
    return [
        {
            "name": one.endpoint.name,
            "url": one.endpoint.url,
            "events": one.endpoint.events,
            "addresses": one.endpoint.addresses,
            "is_test": one.endpoint.is_test,
            "paused": one.endpoint.paused_at is not None,
            "trouble": one.endpoint.trouble,
            "told": one.endpoint.told,
            "told_at": one.endpoint.told_at,
            "untaken": one.untaken,
            "behind": one.behind,
        }
        for one in standings(workspace)
    ]
