"""Reading the guardrails in force."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from django.db import connection

from duologue.strategize.guardrails import rules

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def current(workspace: Workspace) -> rules.Guardrails:
    """Return the workspace's guardrails; with none set, none hold."""
    with connection.cursor() as cursor:  # asked for every batch of letters
        cursor.execute("SELECT data FROM strategize_guardrails WHERE workspace_id = %s", (workspace.pk,))
        row = cursor.fetchone()
    return _read(row[0]) if row else rules.Guardrails()


@lru_cache(maxsize=64)
def _read(data: str) -> rules.Guardrails:
    return rules.from_json(msgspec.json.decode(data))
