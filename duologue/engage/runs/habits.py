"""What people answered before: the last answers of each, by channel and by hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

ANSWERS: Final = [names.LINK_CLICKED, names.MESSAGE_REPLIED, names.SURVEY_ANSWERED]
LAST: Final = 50


@dataclass(slots=True)
class Habits:
    """When someone answered, and how often by each channel."""

    at: list[datetime] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)


NONE: Final = Habits()


def habits(workspace: Workspace, persons: Sequence[int]) -> Mapping[int, Habits]:
    """Return the habits of each person who has ever answered, from their last fifty answers; clicks of machines are none."""
    found: dict[int, Habits] = defaultdict(Habits)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person, occurred_at, channel FROM (
                   SELECT p.person, e.occurred_at, coalesce(e.properties->>'channel', '') AS channel,
                          row_number() OVER (PARTITION BY p.person ORDER BY e.occurred_at DESC) AS number
                   FROM people_profile p JOIN people_event e ON e.workspace_id = p.workspace_id AND e.profile_id = p.id
                   WHERE p.workspace_id = %s AND p.person = ANY(%s) AND e.name = ANY(%s)
                     AND (e.name <> %s OR e.properties->>'human' = 'true')) AS answers
               WHERE number <= %s""",
            (workspace.pk, list(persons), ANSWERS, names.LINK_CLICKED, LAST),
        )
        for person, at, channel in cursor.fetchall():
            found[person].at.append(at)
            if channel:
                found[person].by[channel] += 1
    return found
