"""Forgetting what people do not want to be kept."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.people.profiles.findable import find_anew
from duologue.people.profiles.learning import NewFact, learn
from duologue.people.profiles.rules import NAME_FACTS
from duologue.people.timeline.names import FACT_CHANGED
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

UNWANTED = """SELECT f.profile_id, f.key, f.at FROM people_profile p
    JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
    WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND EXISTS (
        SELECT FROM people_profile o JOIN people_objection n ON n.workspace_id = o.workspace_id AND n.profile_id = o.id
        WHERE o.workspace_id = p.workspace_id AND o.person = p.person AND n.key = f.key)"""


@transaction.atomic(savepoint=False)
def forget_unwanted(*, workspace: Workspace, persons: Sequence[int], source: str, now: datetime) -> int:
    """Forget the facts to which these persons objected on any of their profiles; return how many.

    The words by which they are found, and what the timeline says of these facts, go with them.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNWANTED, (workspace.pk, arrays.numbers(persons)))
        held = cursor.fetchall()
        profiles: dict[str, list[int]] = defaultdict(list)
        for profile, key, _ in held:
            profiles[key].append(profile)
        for key, these in profiles.items():
            cursor.execute(
                """UPDATE people_event SET properties = properties - %s
                   WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) AND name = %s AND properties ? %s""",
                (key, workspace.pk, arrays.numbers(these), FACT_CHANGED, key),
            )
    learn(workspace=workspace, facts=[NewFact(profile, key, None, source, max(now, at)) for profile, key, at in held], now=now)
    named = {profile for profile, key, _ in held if key in NAME_FACTS}
    if named:
        find_anew(workspace=workspace, profiles=named)
    return len(held)
