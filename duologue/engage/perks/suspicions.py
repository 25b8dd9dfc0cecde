"""What may be abuse, for a person of the brand to look at: nobody is refused for it, since a family shares a device and a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

LOOKED_AT: Final = 50_000  # the latest perks
SINCE: Final = timedelta(days=30)
ALIKE: Final = 4  # people whose addresses differ in digits, dots and what follows a plus
ON_ONE_DEVICE: Final = 3
SHOWN: Final = 50


@dataclass(slots=True, frozen=True)
class Suspicion:
    """Several people who were given the same offer and have something in common: `kind` is address or device, `what` the thing."""

    kind: str
    what: str
    offer: str
    persons: list[int]
    perks: list[int]


# perks of each person as of now, the latest only, of offers that are given to each a limited number of times
_LATELY: Final = """
    lately AS (SELECT id, offer_id, profile_id FROM engage_perk WHERE workspace_id = %(w)s AND state NOT IN ('released', 'withdrawn')
               AND reserved_at > %(since)s ORDER BY id DESC LIMIT %(most)s),
    given AS (SELECT l.id, l.offer_id, p.person FROM lately l
              JOIN strategize_offer o ON o.workspace_id = %(w)s AND o.id = l.offer_id
              JOIN strategize_offerversion v ON v.workspace_id = %(w)s AND v.offer_id = o.id AND v.number = o.current
                                            AND v.data->'limits' ? 'each'
              JOIN people_profile p ON p.workspace_id = %(w)s AND p.id = l.profile_id),
    theirs AS (SELECT DISTINCT p.id AS profile, p.person FROM people_profile p
               WHERE p.workspace_id = %(w)s AND p.person IN (SELECT person FROM given))"""
_ADDRESSES: Final = f"""
    WITH {_LATELY},
    shapes AS (SELECT DISTINCT t.person, regexp_replace(split_part(split_part(i.value, '@', 1), '+', 1), '[0-9._-]+', '', 'g')
                      || '@' || split_part(i.value, '@', 2) AS shape
               FROM theirs t JOIN people_identifier i ON i.workspace_id = %(w)s AND i.profile_id = t.profile AND i.kind = 'email')
    SELECT s.shape, o.name, array_agg(DISTINCT g.person), array_agg(DISTINCT g.id) FROM shapes s JOIN given g ON g.person = s.person
    JOIN strategize_offer o ON o.workspace_id = %(w)s AND o.id = g.offer_id
    GROUP BY 1, 2 HAVING count(DISTINCT g.person) >= %(alike)s ORDER BY count(DISTINCT g.person) DESC, 1, 2 LIMIT %(shown)s"""
_DEVICES: Final = f"""
    WITH {_LATELY},
    seen AS (SELECT s.device, t.person FROM people_shareddevice s JOIN theirs t ON t.profile = s.profile_id WHERE s.workspace_id = %(w)s
             UNION SELECT i.value, t.person FROM people_shareddevice s
                   JOIN people_identifier i ON i.workspace_id = %(w)s AND i.kind = 'device' AND i.value = s.device
                   JOIN theirs t ON t.profile = i.profile_id WHERE s.workspace_id = %(w)s)
    SELECT s.device, o.name, array_agg(DISTINCT g.person), array_agg(DISTINCT g.id) FROM seen s JOIN given g ON g.person = s.person
    JOIN strategize_offer o ON o.workspace_id = %(w)s AND o.id = g.offer_id
    GROUP BY 1, 2 HAVING count(DISTINCT g.person) >= %(alike)s ORDER BY count(DISTINCT g.person) DESC, 1, 2 LIMIT %(shown)s"""


def suspicions(workspace: Workspace, now: datetime) -> list[Suspicion]:
    """Return what the latest perks of the last 30 days have in common; two queries, whose work does not grow with the workspace."""
    asked: dict[str, Any] = {"w": workspace.pk, "since": now - SINCE, "most": LOOKED_AT, "shown": SHOWN}
    found = []
    with connection.cursor() as cursor:
        for kind, statement, alike in (("device", _DEVICES, ON_ONE_DEVICE), ("address", _ADDRESSES, ALIKE)):
            cursor.execute(statement, {**asked, "alike": alike})
            found += [Suspicion(kind, *row) for row in cursor.fetchall()]
    return found
