"""Reading how a workspace cares."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from django.db import connection

from duologue.engage.care import rules
from duologue.engage.care.models import CareRules

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

FILE = "care.yaml"


def current(workspace: Workspace) -> rules.Care:
    """Return the care in force; before the first care.yaml, one without targets, answers and goodwill."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM engage_carerules WHERE workspace_id = %s", (workspace.pk,))
        row = cursor.fetchone()
    return _read(row[0]) if row else rules.Care()


def source(workspace: Workspace) -> str:
    """Return care.yaml as it was written last; "" where there is none."""
    return CareRules.within(workspace).values_list("source", flat=True).first() or ""


@lru_cache(maxsize=64)
def _read(data: str) -> rules.Care:
    return msgspec.json.decode(data, type=rules.Care)
