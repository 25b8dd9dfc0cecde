"""What the timeline means for perks: codes that come with orders, trials that turn into custom, what was seen."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from django.db import transaction

from duologue.engage.perks.claims import Claim
from duologue.engage.perks.lives import see
from duologue.engage.perks.redeeming import redeem_all
from duologue.engage.perks.trials import convert
from duologue.kit.money import minor
from duologue.people.timeline import names
from duologue.people.timeline.actions import move_cursor
from duologue.people.timeline.queries import unread

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace


class PerkFollower:
    """Reads the timeline: an order that names a coupon redeems it, a click or an answer says that a perk was seen."""

    name = "perks"

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches; return the number of events read."""
        with transaction.atomic():
            reading = unread(workspace, self.name)
            if reading is None:
                return 0
            claims = [claim for event in reading.events if (claim := claim_of(event, workspace.currency)) is not None]
            if claims:
                redeem_all(workspace=workspace, claims=claims, now=now)
            convert(workspace=workspace, events=reading.events, now=now)
            if seen := {event.delivery_id for event in reading.events if event.delivery_id is not None and _proves_seen(event)}:
                see(workspace=workspace, deliveries=seen, now=now)
            move_cursor(workspace=workspace, follower=self.name, batch_no=reading.batch_no)
            return max(1, len(reading.events))


def _proves_seen(event: EventRow) -> bool:
    """Say whether somebody has read what a delivery brought: they clicked in it, judged human, or answered it. Opens prove nothing."""
    clicked = event.name == names.LINK_CLICKED and str(event.properties.get("human")).lower() == "true"
    return clicked or event.name == names.MESSAGE_REPLIED


def claim_of(event: EventRow, currency: str) -> Claim | None:
    """Return what an order claims, or None when it names no coupon."""
    if event.name != names.ORDER_COMPLETED or not event.properties.get("coupon"):
        return None
    properties: dict[str, Any] = event.properties
    worth = 0
    with contextlib.suppress(ValueError, TypeError):
        worth = minor(properties.get("discount") or 0, str(properties.get("currency") or currency))
    return Claim(str(properties["coupon"]), str(properties.get("order_id") or ""), max(worth, 0), event.occurred_at, event.person)
