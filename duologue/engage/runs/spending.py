"""What a dialogue may still spend on perks: its limit less those set aside, given, or promised in messages that are still to leave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from duologue.engage.perks.terms import offered

if TYPE_CHECKING:
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.state import Decision


@dataclass(slots=True)
class Purse:
    """What is left of the money, in minor units, and what one perk of each offer that the plan gives costs."""

    left: int
    costs: dict[str, int]

    @property
    def is_empty(self) -> bool:
        """Say whether nobody is to begin any more; those under way go on."""
        return self.left <= 0

    def pays_for(self, decision: Decision) -> bool:
        """Take out what a run that begins is given, and what the messages it is sent will bring; say whether that is there."""
        offers = [*decision.gives, *(say.gives[0] for say in decision.says if say.gives)]
        cost = sum(self.costs.get(offer, 0) for offer in offers)
        if self.is_empty or cost > self.left:
            return False
        self.left -= cost
        return True


def purse_of(workspace: Workspace, version: Version) -> Purse | None:
    """Return what a dialogue may still spend; None where it has no limit. Two or three queries."""
    limit = version.plan.spend
    if limit is None:
        return None
    wanted = {(offer, version.pin("offers", offer)) for turn in version.plan.turns.values() for offer in turn.gives}
    costs = {name: offer.terms.cost for (name, _), offer in offered(workspace, wanted).items()}
    return Purse(limit.minor - _given(workspace, version) - _promised(workspace, version), costs)


def _given(workspace: Workspace, version: Version) -> int:
    """Return what the perks cost that are set aside or given, and were not taken back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(sum(k.cost), 0) FROM engage_run r
               JOIN engage_perk k ON k.workspace_id = r.workspace_id AND k.run_id = r.id AND k.state <> 'released'
               WHERE r.workspace_id = %s AND r.dialogue_id = %s""",
            (workspace.pk, version.dialogue),
        )
        return int(cursor.fetchone()[0])


def _promised(workspace: Workspace, version: Version) -> int:
    """Return what the perks will cost that are set aside only when the messages that bring them leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.body->'gives'->0, count(*) FROM engage_delivery d
               WHERE d.workspace_id = %s AND d.dialogue_id = %s AND d.state = 'queued' AND d.body ? 'gives'
                 AND NOT EXISTS (SELECT FROM engage_perk k WHERE k.workspace_id = d.workspace_id AND k.run_id = d.run_id
                                 AND k.seq = d.occurrence AND k.state <> 'released')
               GROUP BY 1""",
            (workspace.pk, version.dialogue),
        )
        waiting = {tuple(json.loads(offer) if isinstance(offer, str) else offer): count for offer, count in cursor.fetchall()}
    known = offered(workspace, waiting) if waiting else {}
    return sum(known[offer].terms.cost * count for offer, count in waiting.items() if offer in known)
