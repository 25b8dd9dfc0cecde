"""People, facts, events and consent for segment tests, written straight into the tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from duologue.people.profiles.actions import add
from duologue.people.timeline import actions as timeline
from duologue.people.timeline.names import FACT_CHANGED
from duologue.strategize.segments.follower import SegmentsFollower

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def people(workspace, number, now=NOW):
    return add(workspace=workspace, seen_at=[now] * number)


def happened(workspace, rows, now=NOW):
    """Rows are (profile, name, properties, age of the event)."""
    with transaction.atomic():
        events = [timeline.NewEvent(profile, now - age, name, properties) for profile, name, properties, age in rows]
        timeline.write(workspace=workspace, events=events, now=now)


def learned(workspace, rows, now=NOW):
    """Rows are (profile, key, value)."""
    with transaction.atomic(), connection.cursor() as cursor:
        for profile, key, value in rows:
            cursor.execute(
                """INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes) VALUES (%s, %s, %s, %s, 'test', %s, '{}')
                   ON CONFLICT (workspace_id, profile_id, key) DO UPDATE SET value = excluded.value, at = excluded.at""",
                (workspace.pk, profile, key, json.dumps(value), now),
            )
        timeline.write(workspace=workspace, events=[timeline.NewEvent(p, now, FACT_CHANGED, {k: v}) for p, k, v in rows], now=now)


def allowed(workspace, profile, channel, purpose, state, now=NOW):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_consentnow (workspace_id, profile_id, purpose, channel, state, at) VALUES (%s, %s, %s, %s, %s, %s)
               ON CONFLICT (workspace_id, profile_id, purpose, channel) DO UPDATE SET state = excluded.state, at = excluded.at""",
            (workspace.pk, profile, purpose, channel, state, now),
        )
        event = timeline.NewEvent(profile, now, f"Consent {state.title()}", {"channel": channel, "purpose": purpose})
        timeline.write(workspace=workspace, events=[event], now=now)


def follow(workspace, now=NOW):
    while SegmentsFollower().follow(workspace=workspace, now=now):
        pass


def days(number):
    return timedelta(days=number)
