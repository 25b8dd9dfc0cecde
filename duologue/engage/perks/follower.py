"""What the timeline means for perks: codes that come with orders, trials that turn into custom, what was seen."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from duologue.engage.perks.claims import Claim
from duologue.engage.perks.lives import see
from duologue.engage.perks.redeeming import NO_SUM, redeem_all
from duologue.engage.perks.trials import convert, waiting_trials
from duologue.kit.money import minor
from duologue.people.timeline import names
from duologue.people.timeline.readers import Reader
from duologue.platform.audit.actions import note

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.people.timeline.queries import EventRow, Reading
    from duologue.platform.workspaces.models import Workspace

NAME: Final = "perks"
READ: Final = (names.ORDER_COMPLETED, names.LINK_CLICKED, names.MESSAGE_REPLIED)  # and what trials wait for
SHOWN: Final = 20  # orders named in a note


class PerkFollower(Reader):
    """Reads the timeline: an order that names a coupon redeems it, a click or an answer says that a perk was seen."""

    name = NAME

    def wanted(self, workspace: Workspace) -> Collection[str]:
        """Return what may matter to perks, trials included."""
        return {*READ, *waiting_trials(workspace)}

    def read(self, *, workspace: Workspace, reading: Reading, now: datetime) -> None:
        """Redeem, turn trials into custom, and note what was seen."""
        if not reading.events:
            return
        redeemed = _redeem(workspace, reading.events, now)
        convert(workspace=workspace, events=reading.events, redeemed=redeemed, waiting=waiting_trials(workspace), now=now)
        if seen := {event.delivery_id for event in reading.events if event.delivery_id is not None and _proves_seen(event)}:
            see(workspace=workspace, deliveries=seen, now=now)


def _proves_seen(event: EventRow) -> bool:
    """Say whether somebody has read what a delivery brought: they clicked in it, judged human, or answered it. Opens prove nothing."""
    clicked = event.name == names.LINK_CLICKED and str(event.properties.get("human")).lower() == "true"
    return clicked or event.name == names.MESSAGE_REPLIED


def _redeem(workspace: Workspace, events: Sequence[EventRow], now: datetime) -> dict[int, int]:
    """Redeem what orders name; return event → the perk it redeemed. Credit that no sum was asked of is left, and noted for staff."""
    claims = {event.id: claim for event in events if (claim := claim_of(event, workspace.currency)) is not None}
    if not claims:
        return {}
    answers = redeem_all(workspace=workspace, claims=list(claims.values()), now=now)
    if left := [claim.order for claim, answer in zip(claims.values(), answers, strict=True) if answer.reason == NO_SUM]:
        note(workspace, NAME, "leave credit", f"orders: {len(left)}", {"orders": left[:SHOWN], "because": NO_SUM})
    return {event: answer.perk for event, answer in zip(claims, answers, strict=True) if answer.ok and answer.perk is not None}


def claim_of(event: EventRow, currency: str) -> Claim | None:
    """Return what an order claims, or None when it names no coupon.

    Its worth is 0 where the order names no discount that can be read, or one in another currency; then it pays with no credit.
    """
    if event.name != names.ORDER_COMPLETED or not event.properties.get("coupon"):
        return None
    properties: dict[str, Any] = event.properties
    worth = 0
    if str(properties.get("currency") or currency).strip().upper() == currency:
        with contextlib.suppress(ValueError, TypeError):
            worth = max(minor(properties.get("discount") or 0, currency), 0)
    order = str(properties.get("order_id") or "")
    return Claim(str(properties["coupon"]), order, worth, event.occurred_at, event.person, needs_worth=True)
