"""Remembers who looked at what, and forgets it when they bought it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.products.actions import note_bought, note_looks
from duologue.engage.products.rules import HOW, READ, products_of
from duologue.people.timeline.readers import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.people.timeline.queries import Reading
    from duologue.platform.workspaces.models import Workspace


class ProductFollower(Reader):
    """Reads the few events that name products; of several looks of one batch the last counts, and a purchase counts after its looks."""

    name = "products"
    only = READ

    def read(self, *, workspace: Workspace, reading: Reading, now: datetime) -> None:
        """Note who looked at what, and who bought it."""
        looks: dict[tuple[str, int, str], datetime] = {}
        bought: dict[tuple[str, int], datetime] = {}
        for event in reading.events:
            how = HOW.get(event.name)
            for key in products_of(event.properties):
                if how is None:
                    bought[key, event.person] = max(event.occurred_at, bought.get((key, event.person), event.occurred_at))
                else:
                    place = (key, event.profile_id, how)
                    looks[place] = max(event.occurred_at, looks.get(place, event.occurred_at))
        note_looks(workspace=workspace, looks=looks)
        note_bought(workspace=workspace, bought=bought)
