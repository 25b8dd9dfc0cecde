"""The timeline of a person, newest first: what PostgreSQL holds, and what has left it for the lake."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.people.timeline.older import OneEvent, of_profiles

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

INSTANT: Final = timedelta(microseconds=1)


def latest(
    workspace: Workspace,
    profiles: Collection[int],
    *,
    most: int | None = None,
    names: Collection[str] | None = None,
    before: tuple[datetime, int] | None = None,
) -> list[OneEvent]:
    """Return the latest events of these profiles, newest first: `most` of them or all, of these names or of any.

    `before` is the place (moment, number) of a page's last event. The lake is asked only where PostgreSQL has too few and some
    that could belong here have left it.
    """
    conditions = "workspace_id = %s AND profile_id = ANY(%s)"
    values: list[Any] = [workspace.pk, list(profiles)]
    if names is not None:
        conditions += " AND name = ANY(%s)"
        values.append(list(names))
    if before is not None:
        conditions += " AND (occurred_at, id) < (%s, %s)"
        values += before
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, profile_id, occurred_at, received_at, name, properties::text, source, delivery_id FROM people_event
                WHERE {conditions} ORDER BY occurred_at DESC, id DESC LIMIT %s""",
            [*values, most],
        )
        found = [OneEvent(*row) for row in cursor.fetchall()]
    since = found[-1].occurred_at - INSTANT if most is not None and len(found) == most else None
    old = of_profiles(workspace, profiles, here=(one.id for one in found), names=names, since=since, before=before, most=most)
    return sorted(found + old, key=lambda one: (one.occurred_at, one.id), reverse=True)[:most] if old else found
