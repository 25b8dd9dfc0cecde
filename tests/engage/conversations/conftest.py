from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.profiles.actions import add

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def anna(workspace):
    """A person with an address and two consents."""

    for purpose in ("newsletter", "promotions"):
        save_purpose(workspace=workspace, name=purpose, title=purpose.title())
    save_purpose(workspace=workspace, name="bookings", basis="contract")
    profile = add(workspace=workspace, seen_at=[NOW])[0]
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", "anna@people.example", "anna@people.example")], now=NOW)
    told = [
        NewStatement(profile, "email", purpose, "granted", NOW - timedelta(days=30), "test") for purpose in ("newsletter", "promotions")
    ]
    state(workspace=workspace, statements=told, now=NOW)
    return profile


@pytest.fixture
def delivery(workspace, anna):
    """A delivery that reached her."""

    made = Delivery(
        workspace=workspace, person=anna, profile_id=anna, shard=1, turn="hello", channel="email", purpose="newsletter", state="accepted",
        due_at=NOW, too_late_at=NOW + timedelta(days=3), planned_at=NOW, accepted_at=NOW, address="anna@people.example",
    )  # fmt: skip
    made.save()
    return made


@pytest.fixture
def told(workspace):
    """What the timeline was told since: names, with the properties asked for."""

    def read(*keys):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, properties FROM people_event WHERE workspace_id = %s ORDER BY id", (workspace.pk,))

            rows = [(name, json.loads(p) if isinstance(p, str) else p) for name, p in cursor.fetchall()]
        rows = [(name, p) for name, p in rows if not name.startswith("Consent Granted")]
        return [(name, *(p.get(key) for key in keys)) for name, p in rows] if keys else [name for name, _ in rows]

    return read
