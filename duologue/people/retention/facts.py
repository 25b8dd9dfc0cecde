"""Forgetting old facts, with what the timeline says of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connection, transaction

from duologue.people.profiles.actions import NewFact, learn, make_findable
from duologue.people.profiles.rules import NAME_KEYS
from duologue.people.timeline.emptied import forgetting_emptied
from duologue.people.timeline.names import FACT_CHANGED
from duologue.platform.database import arrays
from duologue.platform.lake import actions as lake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 5000  # people in one transaction
A_PASS: Final = 100_000  # people, or events about them, for whom the files of the lake are written anew once
SOURCE: Final = "retention"
OLD: Final = """SELECT profile_id FROM people_fact WHERE workspace_id = %s AND profile_id > %s AND key = %s AND at < %s
    ORDER BY profile_id LIMIT %s"""
STILL: Final = """SELECT profile_id FROM people_fact WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND key = %s AND at < %s
    ORDER BY profile_id FOR UPDATE"""
SAID: Final = """SELECT e.profile_id, e.id, e.occurred_at, e.properties - %(key)s::text, EXISTS (
        SELECT FROM people_batch b WHERE b.write_id = e.write_id AND b.batch_no <= %(read)s)
    FROM people_event e WHERE e.workspace_id = %(workspace)s AND e.name = %(name)s AND e.occurred_at < %(before)s
    AND e.properties ? %(key)s::text AND e.profile_id = ANY(%(profiles)s::bigint[])"""
THESE: Final = "workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND occurred_at < %s AND id = ANY(%s::bigint[])"


class Said(NamedTuple):
    """An event that tells of a fact, and what else it tells of."""

    profile: int
    id: int
    at: datetime
    rest: dict[str, Any]


class Part(NamedTuple):
    """The people of one transaction, and what was said of them."""

    profiles: list[int]
    said: list[Said]


def forget(workspace: Workspace, key: str, *, before: datetime, now: datetime, until_batch: int) -> tuple[int, int, int]:
    """Forget a fact wherever it was learned before a moment, and take it out of what the timeline and the lake say until then.

    Return how many facts went, and how many rows of the timeline and of the lake told of it. Segments hear of it as of any other
    change. What is told in a batch after `until_batch` has not been read by all who follow: there all of it stays until the next time.
    The lake comes first and the facts last, so that what is cut off is found again.
    """
    facts = events = in_lake = last = 0
    while True:
        parts, last = _gather(workspace, key, last, before, until_batch)
        if not parts:
            return facts, events, in_lake
        said = [(one.id, one.at, one.rest or None) for part in parts for one in part.said]
        with transaction.atomic():  # nothing else is held, so that nobody waits for whom the lake keeps waiting
            lake.wait_for_lock(workspace)
            with forgetting_emptied(workspace):
                in_lake += lake.change_events(workspace=workspace, events=said)
        for part in parts:
            facts += _forget(workspace, key, part, before, now)
            events += len(part.said)


def _gather(workspace: Workspace, key: str, last: int, before: datetime, until_batch: int) -> tuple[list[Part], int]:
    """Return the people of one pass, who come after `last`, and the last of them."""
    parts: list[Part] = []
    many = 0
    values: dict[str, Any] = {"workspace": workspace.pk, "name": FACT_CHANGED, "key": key, "before": before, "read": until_batch}
    with connection.cursor() as cursor:
        while many < A_PASS:
            cursor.execute(OLD, (workspace.pk, last, key, before, AT_ONCE))
            profiles = [row[0] for row in cursor.fetchall()]
            if not profiles:
                break
            cursor.execute(SAID, {**values, "profiles": arrays.numbers(profiles)})
            found = cursor.fetchall()
            unread = {profile for profile, _, _, _, read in found if not read}
            said = [Said(profile, number, at, json.loads(rest)) for profile, number, at, rest, _ in found if profile not in unread]
            parts.append(Part([one for one in profiles if one not in unread], said))
            many += max(len(profiles), len(said))
            last = profiles[-1]
    return parts, last


@transaction.atomic
def _forget(workspace: Workspace, key: str, part: Part, before: datetime, now: datetime) -> int:
    """Forget the facts that are still old, and take all that was gathered out of the timeline; return how many facts went."""
    with connection.cursor() as cursor:
        cursor.execute(STILL, (workspace.pk, arrays.numbers(part.profiles), key, before))
        profiles = [row[0] for row in cursor.fetchall()]
        told = {one.profile for one in part.said}
        for statement, kept in (("DELETE FROM people_event", False), ("UPDATE people_event SET properties = properties - %s::text", True)):
            ids = [one.id for one in part.said if bool(one.rest) is kept]
            these = (workspace.pk, arrays.numbers(told), before, arrays.numbers(ids))
            cursor.execute(f"{statement} WHERE {THESE}", ((key,) if kept else ()) + these)
    gone = learn(workspace=workspace, facts=[NewFact(one, key, None, SOURCE, now) for one in profiles], now=now)
    if key in NAME_KEYS:
        _find_no_longer(workspace, profiles)
    return gone


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
