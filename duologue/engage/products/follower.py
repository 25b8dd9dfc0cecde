"""Remembers who looked at what, and forgets it when they bought it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.products.actions import note_bought, note_looks
from duologue.engage.products.rules import HOW, READ, products_of
from duologue.people.timeline.actions import move_cursor
from duologue.people.timeline.queries import unread

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class ProductFollower:
    """Reads the few events that name products; of several looks of one batch the last counts, and a purchase counts after its looks."""

    name = "products"

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches; return the number of events read."""
        with transaction.atomic():
            reading = unread(workspace, self.name, only=READ)
            if reading is None:
                return 0
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
            move_cursor(workspace=workspace, follower=self.name, batch_no=reading.batch_no)
            return max(1, len(reading.events))
