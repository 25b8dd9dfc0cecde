"""Rolling the list's days up from what proves them: the chain of consent, and who was suppressed or erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import Max

from duologue.engage.channels import registry
from duologue.measure.growth.models import GrowthKept
from duologue.people.consent.queries import digest_of
from duologue.people.consent.rules import KIND_OF
from duologue.people.timeline.models import Batch
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 20_000  # identifiers looked at together

# People are those of now. A statement counts for its person, a withdrawal at the same moment wins, and nothing counts from when
# the last of their addresses was suppressed or they were erased. `purpose` "" stands for all purposes together: on while any is.
_ROLL_UP: Final = """
    WITH gone AS (
        SELECT * FROM unnest(%(persons)s::bigint[], %(channels)s::text[], %(ats)s::timestamptz[], %(whys)s::text[])
                      AS g (person, channel, at, why)
    ), said AS (
        SELECT p.person, s.purpose, s.channel, s.at, s.state = 'granted' AS yes, s.source = 'consent page' AS confirmed
        FROM people_consentstatement s
        JOIN people_profile p ON p.workspace_id = s.workspace_id AND p.id = s.profile_id
        JOIN people_purpose u ON u.workspace_id = s.workspace_id AND u.name = s.purpose AND u.basis = 'consent'
        WHERE s.workspace_id = %(workspace)s AND s.channel = ANY(%(reached)s) AND s.at <= %(now)s
    ), steps AS (
        SELECT s.person, s.purpose, s.channel, s.at, s.yes, s.confirmed, '' AS why
        FROM said s LEFT JOIN gone g ON g.person = s.person AND g.channel = s.channel WHERE g.at IS NULL OR s.at < g.at
        UNION ALL
        SELECT DISTINCT s.person, s.purpose, s.channel, g.at, false, false, g.why
        FROM gone g JOIN said s ON s.person = g.person AND s.channel = g.channel
    ), turned AS (
        SELECT *, lag(yes, 1, false) OVER (PARTITION BY person, purpose, channel ORDER BY at, yes DESC) AS was FROM steps
    ), moves AS (
        SELECT w.purpose, t.person, t.at, t.confirmed, t.why, CASE WHEN t.yes THEN 1 ELSE -1 END AS step
        FROM turned t CROSS JOIN LATERAL (VALUES (t.purpose), ('')) AS w (purpose) WHERE t.yes <> t.was
    ), stood AS (
        SELECT *, sum(step) OVER way AS stands FROM moves WINDOW way AS (PARTITION BY person, purpose ORDER BY at, step DESC, why
                                                                         ROWS UNBOUNDED PRECEDING)
    ), crossed AS (
        SELECT *, step = 1 AS began, row_number() OVER (PARTITION BY person, purpose, step ORDER BY at) AS turn FROM stood
        WHERE (step = 1 AND stands = 1) OR (step = -1 AND stands = 0)
    )
    INSERT INTO measure_growthday (workspace_id, purpose, day, joined, back, confirmed, "left", bounced, reported, barred)
    SELECT %(workspace)s, purpose, (at AT TIME ZONE %(zone)s)::date, count(*) FILTER (WHERE began AND turn = 1),
           count(*) FILTER (WHERE began AND turn > 1), count(*) FILTER (WHERE began AND confirmed),
           count(*) FILTER (WHERE NOT began AND why = ''), count(*) FILTER (WHERE why = 'hard_bounce'),
           count(*) FILTER (WHERE why = 'spam_report'), count(*) FILTER (WHERE why NOT IN ('', 'hard_bounce', 'spam_report'))
    FROM crossed GROUP BY 2, 3"""
_ADDRESSES: Final = """
    SELECT p.person, i.value FROM people_identifier i
    JOIN people_profile p ON p.workspace_id = i.workspace_id AND p.id = i.profile_id
    WHERE i.workspace_id = %s AND i.kind = %s AND i.value > %s ORDER BY i.value LIMIT %s"""
_ERASED: Final = """
    SELECT p.person, e.asked_at FROM people_erasure e
    JOIN people_profile p ON p.workspace_id = e.workspace_id AND p.id = e.person WHERE e.workspace_id = %s AND e.asked_at <= %s"""


@transaction.atomic
def keep(*, workspace: Workspace, now: datetime) -> None:
    """Roll all days of a workspace up anew, up to now. Nothing of what was rolled up before is needed, so it can be done at any time."""
    batch_no = Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0
    GrowthKept.within(workspace).update_or_create(workspace=workspace, defaults={"at": now, "batch_no": batch_no})
    gone = list(_gone(workspace, now))
    asked: dict[str, Any] = {
        "workspace": workspace.pk,
        "now": now,
        "zone": workspace.timezone,
        "reached": sorted(registry.names()),
        "persons": arrays.numbers(person for person, *_ in gone),
        "channels": arrays.texts(channel for _, channel, *_ in gone),
        "ats": arrays.moments(at for *_, at, _ in gone),
        "whys": arrays.texts(why for *_, why in gone),
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measure_growthday WHERE workspace_id = %s", (workspace.pk,))
        cursor.execute(_ROLL_UP, asked)


def _gone(workspace: Workspace, now: datetime) -> Iterator[tuple[int, str, datetime, str]]:
    """Yield (person, channel, since, why) of those who cannot be reached on a channel any more: erased, or every address suppressed."""
    with connection.cursor() as cursor:
        cursor.execute(_ERASED, (workspace.pk, now))
        erased = cursor.fetchall()
        for channel in sorted(registry.names()):
            yield from ((person, channel, at, "erased") for person, at in erased)
            cursor.execute(
                """SELECT DISTINCT ON (address) address, at, reason FROM people_suppression
                   WHERE workspace_id = %s AND channel = %s AND reason <> 'erased' AND at <= %s ORDER BY address, at, reason""",
                (workspace.pk, channel, now),
            )
            listed = {bytes(address): (at, why) for address, at, why in cursor.fetchall()}
            if listed:
                yield from _unreachable(cursor, workspace, channel, listed)


def _unreachable(
    cursor: Any, workspace: Workspace, channel: str, listed: dict[bytes, tuple[datetime, str]]
) -> Iterator[tuple[int, str, datetime, str]]:
    """Yield those all of whose addresses are listed, since the last of them was."""
    since: dict[int, tuple[datetime, str]] = {}
    reached: set[int] = set()
    after = ""
    while True:
        cursor.execute(_ADDRESSES, (workspace.pk, KIND_OF.get(channel, "handle"), after, AT_ONCE))
        rows = cursor.fetchall()
        for person, address in rows:
            found = listed.get(digest_of(workspace, channel, address))
            if found is None:
                reached.add(person)
            elif person not in since or found[0] > since[person][0]:
                since[person] = found
        if len(rows) < AT_ONCE:
            break
        after = rows[-1][1]
    yield from ((person, channel, at, why) for person, (at, why) in since.items() if person not in reached)
