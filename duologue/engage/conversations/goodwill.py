"""Goodwill from the inbox: perks that one member gives to make up for something, within a limit of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.care.queries import current as current_care
from duologue.engage.conversations.actions import Refused, locked
from duologue.engage.conversations.models import GoodwillGift
from duologue.engage.perks.actions import PerkRequest, Reserved, reserve
from duologue.kit.clock import parse_duration
from duologue.kit.money import Money, read_money
from duologue.people.profiles.queries import persons_of
from duologue.platform.staff.models import Membership

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.engage.care.rules import Care, Limit
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

NOT_LEFT: Final = {"perk_gone": "None of it is left to give to them.", "no_offer": "There is no such offer any more."}


@dataclass(slots=True, frozen=True)
class Left:
    """What a member can still give: so many perks, and what they may cost in minor units; None where that has no limit."""

    staff: int
    name: str
    within: str
    at_most: int | None
    worth: int | None
    perks: int | None
    minor: int | None

    def suffices(self, cost: int) -> bool:
        """Say whether one more perk of this cost may be given."""
        return (self.perks is None or self.perks > 0) and (self.minor is None or self.minor >= cost)


def left_of(workspace: Workspace, now: datetime, staff: Collection[int] | None = None) -> dict[int, Left]:
    """Return what members who have a limit can still give, counted back from now. Two queries, whatever their number."""
    care = current_care(workspace)
    members = Membership.within(workspace).select_related("staff").order_by("staff__name", "staff__email")
    rows = list(members if staff is None else members.filter(staff__in=staff))
    limits = {row.staff_id: limit for row in rows if (limit := _limit(care, row)) is not None}
    given = _given(workspace, {pk: now - parse_duration(limit.within) for pk, limit in limits.items()})
    found = {}
    for row in rows:
        limit = limits.get(row.staff_id)
        if limit is None:
            continue
        number, cost = given.get(row.staff_id, (0, 0))
        worth = read_money(limit.worth, workspace.currency).minor if limit.worth else None
        perks = None if limit.at_most is None else max(limit.at_most - number, 0)
        minor = None if worth is None else max(worth - cost, 0)
        found[row.staff_id] = Left(row.staff_id, str(row.staff), limit.within, limit.at_most, worth, perks, minor)
    return found


def _limit(care: Care, row: Membership) -> Limit | None:
    return care.goodwill.limits.get(row.staff.email) or care.goodwill.limits.get(row.role)


def _given(workspace: Workspace, since: dict[int, datetime]) -> dict[int, tuple[int, int]]:
    """Return how many perks each member has given since a moment of their own, and what they cost or may cost.

    Withdrawn ones count too, and those whose answer was not sent do not.
    """
    if not since:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.staff, count(*), coalesce(sum(g.cost), 0)::bigint FROM unnest(%s::bigint[], %s::timestamptz[]) AS s (staff, since)
               JOIN engage_goodwillgift g ON g.workspace_id = %s AND g.staff_id = s.staff AND g.at > s.since
               JOIN engage_perk k ON k.workspace_id = g.workspace_id AND k.id = g.perk_id AND k.state <> 'released' GROUP BY 1""",
            (list(since), list(since.values()), workspace.pk),
        )
        return {staff: (number, cost) for staff, number, cost in cursor.fetchall()}


@transaction.atomic
def give(*, workspace: Workspace, conversation: int, offer: str, staff: Staff, now: datetime) -> Reserved:
    """Set a perk aside for the person of a conversation in a member's name; return it, to go with an answer as one of its `gifts`.

    Raises Refused with what is left and who can give more.
    A member's gifts are counted one after the other, however many are given at once: the membership is locked until the caller's
    transaction ends.
    """
    if offer not in current_care(workspace).goodwill.offers:
        raise Refused("no_goodwill", "This offer is not among those that may be given from here; care.yaml names them.")
    row = locked(workspace, conversation)
    list(Membership.within(workspace).select_for_update().filter(staff=staff))
    left = left_of(workspace, now).get(staff.pk)
    person = persons_of(workspace, [row.profile_id])[row.profile_id]
    if left is None or not left.suffices(0):
        raise Refused("limit", _sentence(workspace, left, 0, now))
    (perk,) = reserve(workspace=workspace, requests=[PerkRequest(offer, person, row.profile_id)], now=now)
    if perk.perk is None:
        raise Refused(perk.reason, NOT_LEFT.get(perk.reason, "It cannot be given."))
    if not left.suffices(perk.cost):
        raise Refused("limit", _sentence(workspace, left, perk.cost, now))
    if not perk.cost and left.perks is None:
        sentence = (
            f"Nothing was given and nothing was sent: your limit is one of worth, {offer} does not say what it costs. Give it a `cost`."
        )
        raise Refused("limit", sentence)
    GoodwillGift(workspace=workspace, staff=staff, conversation=row, perk_id=perk.perk, cost=perk.cost, at=now).save()
    return perk


def _sentence(workspace: Workspace, left: Left | None, cost: int, now: datetime) -> str:
    """Say why not, what is left, and who could give it."""
    others = [one.name for one in left_of(workspace, now).values() if one.suffices(cost) and (left is None or one.staff != left.staff)]
    who = f"{', '.join(others[:3])} can still give it." if others else "Nobody else has more at present; the limits are in care.yaml."
    if left is None:
        return f"Nothing was given and nothing was sent: no limit of goodwill is set for you. {who}"
    return f"Nothing was given and nothing was sent: {says_left(left, workspace.currency, cost)} {who}"


def says_left(left: Left, currency: str, cost: int | None = None) -> str:
    """Say what a member can still give, as a sentence; with what a perk costs, where that is too much."""
    parts = [] if left.perks is None else [f"{left.perks} of {left.at_most} perks"]
    if left.minor is not None and left.worth is not None:
        parts.append(f"{Money(left.minor, currency)} of {Money(left.worth, currency)}")
    days = left.within.removesuffix("d")
    span = f"{days} days" if left.within.endswith("d") else left.within
    costs = f", and this costs {Money(cost, currency)}" if cost and left.minor is not None and cost > left.minor else ""
    return f"you have {' and '.join(parts)} left in {span}{costs}."
