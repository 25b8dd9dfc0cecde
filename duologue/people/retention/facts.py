"""Forgetting old facts, with what the timeline says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.people.profiles.actions import NewFact, learn, make_findable
from duologue.people.profiles.rules import NAME_KEYS
from duologue.people.timeline.names import FACT_CHANGED
from duologue.platform.database import arrays
from duologue.platform.lake import actions as lake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 5000
SOURCE: Final = "retention"
OLD: Final = """SELECT profile_id FROM people_fact WHERE workspace_id = %s AND profile_id > %s AND key = %s AND at < %s
    ORDER BY profile_id LIMIT %s FOR UPDATE"""
SAID: Final = """SELECT id, occurred_at FROM people_event WHERE workspace_id = %s AND name = %s AND occurred_at < %s AND properties ? %s
    AND profile_id = ANY(%s::bigint[])"""


def forget(workspace: Workspace, key: str, *, before: datetime, now: datetime) -> tuple[int, int, int]:
    """Forget a fact wherever it was learned before a moment, and remove what the timeline and the lake say of it until then.

    Return how many facts, rows of the timeline and rows of the lake went. Segments hear of it as of any other change.
    """
    facts = events = in_lake = last = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(OLD, (workspace.pk, last, key, before, AT_ONCE))
                profiles = [row[0] for row in cursor.fetchall()]
            if not profiles:
                return facts, events, in_lake
            facts += learn(workspace=workspace, facts=[NewFact(one, key, None, SOURCE, now) for one in profiles], now=now)
            if key in NAME_KEYS:
                _find_no_longer(workspace, profiles)
            went, from_lake = _unsay(workspace, key, profiles, before)
        events, in_lake, last = events + went, in_lake + from_lake, profiles[-1]


def _unsay(workspace: Workspace, key: str, profiles: Sequence[int], before: datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(SAID, (workspace.pk, FACT_CHANGED, before, key, arrays.numbers(profiles)))
        said = cursor.fetchall()
        if not said:
            return 0, 0
        ids = [number for number, _ in said]
        lake.wait_for_lock(workspace)
        from_lake = lake.remove_events(workspace=workspace, ids=ids, first=min(at for _, at in said), last=max(at for _, at in said))
        cursor.execute(
            "DELETE FROM people_event WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND occurred_at < %s "
            "AND id = ANY(%s::bigint[])",
            (workspace.pk, arrays.numbers(profiles), before, arrays.numbers(ids)),
        )
        return int(cursor.rowcount), from_lake


def _find_no_longer(workspace: Workspace, profiles: Sequence[int]) -> None:
    """Make the words anew by which these profiles are found: those of a forgotten name go."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_searchword WHERE workspace_id = %s AND profile_id = ANY(%s)", (workspace.pk, list(profiles)))
        cursor.execute(
            """SELECT id, name FROM people_profile WHERE workspace_id = %s AND id = ANY(%s)
               UNION ALL SELECT profile_id, shown FROM people_identifier WHERE workspace_id = %s AND profile_id = ANY(%s)""",
            (workspace.pk, list(profiles), workspace.pk, list(profiles)),
        )
        texts = cursor.fetchall()
    make_findable(workspace=workspace, texts=texts)
