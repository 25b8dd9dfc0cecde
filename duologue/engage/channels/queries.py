"""Relays a workspace may send through, and the mail that test relays kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.db import connection

from duologue.engage.channels.models import KeptMail, Relay

COLUMNS: Final = ("workspace_id", "id", "name", "channel", "kind", "is_test", "is_enabled", "weight", "resting_until", "trouble")

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from duologue.platform.workspaces.models import Workspace


def usable_relays(workspace: Workspace, channel: str) -> list[Relay]:
    """Return the enabled relays of a channel: under a virtual clock only test relays, else test relays only where there is no other."""
    with connection.cursor() as cursor:  # asked twice for every batch of letters
        cursor.execute(
            f"""SELECT settings, {", ".join(COLUMNS)} FROM engage_relay
                WHERE workspace_id = %s AND channel = %s AND is_enabled AND weight > 0 ORDER BY name""",
            (workspace.pk, channel),
        )
        rows = cursor.fetchall()
    relays = [Relay(settings=msgspec.json.decode(given), **dict(zip(COLUMNS, row, strict=True))) for given, *row in rows]
    tests = [relay for relay in relays if relay.is_test]
    if workspace.is_virtual:
        return tests
    return [relay for relay in relays if not relay.is_test] or tests


def awake_relays(workspace: Workspace, channel: str, now: datetime) -> list[Relay]:
    """Return those of them that are not resting."""
    return [relay for relay in usable_relays(workspace, channel) if relay.resting_until is None or relay.resting_until <= now]


def kept_mail(workspace: Workspace) -> QuerySet[KeptMail]:
    """Return the mail kept by test relays, newest first, without contents."""
    return KeptMail.within(workspace).order_by("-at", "-id").defer("content")
