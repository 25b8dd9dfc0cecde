"""Attaching identifiers to profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import connection, transaction

from duologue.people.identifiers.blocks import identifiers_as_block
from duologue.platform.database import arrays, locks, rows
from duologue.platform.database.blocks import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class NewIdentifier(msgspec.Struct, frozen=True, gc=False):
    """A normalised identifier for a profile, and how the person wrote it."""

    profile_id: int
    kind: str
    value: str
    shown: str


def one_at_a_time(workspace: Workspace) -> None:
    """Hold the workspace's identity lock until the transaction ends: who is who is decided by one writer at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (locks.IDENTITY, workspace.pk))


@transaction.atomic
def attach(*, workspace: Workspace, identifiers: Sequence[NewIdentifier], now: datetime) -> int:
    """Attach identifiers to profiles; one that another profile already has stays there. Return how many are new."""
    if not identifiers:
        return 0
    ordered = sorted(identifiers, key=lambda one: (one.kind, one.value))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_identifier (workspace_id, profile_id, kind, value, shown, first_seen_at)
               SELECT %s, n.profile_id, n.kind, n.value, n.shown, %s
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS n (profile_id, kind, value, shown)
               ON CONFLICT (workspace_id, kind, value) DO NOTHING""",
            (
                workspace.pk,
                now,
                arrays.numbers(one.profile_id for one in ordered),
                arrays.texts(one.kind for one in ordered),
                arrays.texts(one.value for one in ordered),
                arrays.texts(one.shown[:320] for one in ordered),
            ),
        )
        return int(cursor.rowcount)


@transaction.atomic(savepoint=False)
def attach_unknown(*, workspace: Workspace, identifiers: Iterable[tuple[str, str, int, str]], now: datetime) -> None:
    """Attach identifiers (kind, value, profile, as written) that nobody has, as was looked up under the identity lock.

    Fails where somebody got one since.
    """
    attach_block(workspace=workspace, block=identifiers_as_block(identifiers), now=now)


@transaction.atomic(savepoint=False)
def attach_block(*, workspace: Workspace, block: bytes, now: datetime) -> None:
    """Do as `attach_unknown` does with what `identifiers_as_block` made."""
    with connection.cursor() as cursor:
        columns = "workspace_id, first_seen_at, kind, value, profile_id, shown"
        rows.copy_block(cursor, f"people_identifier ({columns})", block, first=(str(workspace.pk), moment(now)))


def share(*, workspace: Workspace, seen: Sequence[tuple[int, str]], now: datetime) -> None:
    """Remember on whose devices other profiles were seen, as (profile, device); inside the caller's transaction."""
    if not seen:
        return
    ordered = sorted(seen)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_shareddevice (workspace_id, profile_id, device, first_seen_at)
               SELECT %s, s.profile, s.device, %s FROM unnest(%s::bigint[], %s::text[]) AS s (profile, device)
               ON CONFLICT DO NOTHING""",
            (workspace.pk, now, [profile for profile, _ in ordered], [device[:320] for _, device in ordered]),
        )


@transaction.atomic
def detach(*, workspace: Workspace, kind: str, value: str) -> bool:
    """Take a normalised identifier away from whoever has it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_identifier WHERE workspace_id = %s AND kind = %s AND value = %s", (workspace.pk, kind, value))
        return bool(cursor.rowcount)
