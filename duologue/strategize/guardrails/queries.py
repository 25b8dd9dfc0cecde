"""Reading the guardrails in force."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import connection

from duologue.platform.database import versions
from duologue.strategize.guardrails import rules
from duologue.strategize.guardrails.models import NAME, GuardrailsVersion

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

IN_FORCE: Final = "SELECT data FROM strategize_guardrailsversion WHERE workspace_id = %s AND name = %s ORDER BY number DESC LIMIT 1"


def current(workspace: Workspace) -> rules.Guardrails:
    """Return the workspace's guardrails; with none set, none hold."""
    with connection.cursor() as cursor:  # asked for every batch of letters
        cursor.execute(IN_FORCE, (workspace.pk, NAME))
        row = cursor.fetchone()
    return _read(row[0]) if row else rules.Guardrails()


def source(workspace: Workspace) -> str:
    """Return the text of the guardrails in force; "" where they did not come as one, or are not set."""
    return versions.sources(GuardrailsVersion, workspace).get(NAME, "")


@lru_cache(maxsize=64)
def _read(data: str) -> rules.Guardrails:
    return rules.from_json(msgspec.json.decode(data))
