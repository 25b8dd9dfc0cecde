"""What a simulation can assume from the workspace itself: what a goal has been worth, what a perk costs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.perks.terms import offered
from duologue.kit.money import minor
from duologue.strategize.offers.queries import current

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

LOOK_BACK: Final = timedelta(days=365)


def value_of_a_goal(workspace: Workspace, plan: Plan, now: datetime) -> int:
    """Return what the goal's event has been worth on average in the last year, in minor units; 0 where nothing tells."""
    if plan.goal is None or not plan.goal.value:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT avg((properties->>%s)::numeric) FROM people_event WHERE workspace_id = %s AND name = %s
               AND occurred_at BETWEEN %s AND %s AND jsonb_typeof(properties->%s) = 'number'""",
            (plan.goal.value, workspace.pk, plan.goal.event, now - LOOK_BACK, now, plan.goal.value),
        )
        average = cursor.fetchone()[0]
    return 0 if average is None else minor(average, workspace.currency)


def cost_of_a_perk(workspace: Workspace, plan: Plan, value: int) -> int:
    """Return what the dearest of the plan's offers costs, in minor units; a share is taken of the value of a goal."""
    names = {offer for turn in plan.turns.values() for offer in turn.gives}
    if not names:
        return 0
    found = offered(workspace, {(name, None) for name in names}).values()
    return max([_share(workspace, one.name, value) if one.terms.is_share else one.terms.cost for one in found], default=0)


def _share(workspace: Workspace, name: str, value: int) -> int:
    offer = current(workspace, name)
    return round(value * float(str(offer.worth).strip().rstrip("%")) / 100) if offer else 0
