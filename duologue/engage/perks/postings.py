"""The books of points and credit: each movement in two sides that sum to zero, for one person and one of the brand's accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from duologue.engage.perks.rules import sides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Moved:
    """A movement to be booked: how much of which perks, all above zero. A `key` that is booked already is an error of the caller's."""

    kind: str
    unit: str
    person: int
    profile: int
    parts: tuple[tuple[int, int], ...]
    key: str = ""


def post(workspace: Workspace, moved: Sequence[Moved], now: datetime) -> None:
    """Book movements: two statements, whatever their number."""
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('engage_movement_id_seq') FROM generate_series(1, %s)", (len(moved),))
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """INSERT INTO engage_movement (id, workspace_id, kind, unit, person, profile_id, key, at)
               SELECT id, %s, kind, unit, person, profile, key, %s
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
                    AS m (id, kind, unit, person, profile, key)""",
            (
                workspace.pk,
                now,
                ids,
                [one.kind for one in moved],
                [one.unit for one in moved],
                [one.person for one in moved],
                [one.profile for one in moved],
                [one.key for one in moved],
            ),
        )
        rows = [
            (movement, perk, account, amount)
            for movement, one in zip(ids, moved, strict=True)
            for perk, part in one.parts
            for account, amount in sides(one.kind, part)
        ]
        cursor.execute(
            """INSERT INTO engage_posting (workspace_id, movement_id, perk_id, account, amount)
               SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[])""",
            (workspace.pk, *map(list, zip(*rows, strict=True))),
        )
