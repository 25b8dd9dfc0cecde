"""Which rules are in force, what was removed by them, and when that is done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Max, Sum

from duologue.people.retention.models import Removal, RetentionRules
from duologue.people.retention.rules import Rule, rules_of

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

NEXT: Final = "SELECT next_at FROM people_retentionrules WHERE workspace_id = %(workspace)s AND data <> '{}'"


def rules(workspace: Workspace) -> list[Rule]:
    """Return the rules in force."""
    found = RetentionRules.within(workspace).first()
    return rules_of(found.data) if found else []


def next_at(workspace: Workspace) -> datetime | None:
    """Return when retention is next carried out; None without rules."""
    found = RetentionRules.within(workspace).exclude(data={}).first()
    return found.next_at if found else None


def sums(workspace: Workspace) -> dict[tuple[str, str], dict[str, object]]:
    """Return by (kind, name) all that was removed so far: {events, in_lake, facts, last}."""
    rows = Removal.within(workspace).values("kind", "name").order_by("kind", "name")
    found = rows.annotate(events_gone=Sum("events"), lake_gone=Sum("in_lake"), facts_gone=Sum("facts"), last=Max("at"))
    return {
        (row["kind"], row["name"]): {
            "events": row["events_gone"],
            "in_lake": row["lake_gone"],
            "facts": row["facts_gone"],
            "last": row["last"],
        }
        for row in found
    }
