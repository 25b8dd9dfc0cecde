"""What becomes of a perk that was set aside: issued once its message was accepted, seen, taken back, withdrawn, expired, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from duologue.engage.perks.actions import move_counters
from duologue.engage.perks.models import Perk
from duologue.engage.perks.postings import Moved, post
from duologue.engage.perks.rules import OPEN
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

# a trial that begins when it is given is under way at once, and points and credit can be spent
ISSUE: Final = """state = CASE WHEN due.is_trial_from_giving THEN 'begun' ELSE 'issued' END, issued_at = %(now)s,
    begun_at = CASE WHEN due.is_trial_from_giving THEN %(now)s ELSE k.begun_at END, remaining = k.amount"""
RELEASE: Final = "state = 'released'"
# of points and credit, what was spent has been paid for; of anything else, what was not redeemed cost nothing
USED: Final = "CASE WHEN due.state = 'begun' THEN k.cost WHEN k.amount > 0 THEN k.cost * (k.amount - due.remaining) / k.amount ELSE 0 END"
UNUSED: Final = f"remaining = 0, cost = CASE WHEN k.amount > 0 AND due.state = 'reserved' THEN 0 ELSE {USED} END"
EXPIRE: Final = f"state = CASE WHEN due.state = 'begun' THEN 'ended' ELSE 'expired' END, {UNUSED}"
WITHDRAW: Final = f"state = 'withdrawn', reason = %(reason)s, {UNUSED}"


@dataclass(slots=True, frozen=True)
class Change:
    """A perk that has moved on; `former` is its state, `freed` the cost and `lost` the balance that it no longer holds."""

    perk: int
    offer: int
    name: str
    person: int
    profile: int
    run: int | None
    former: str
    state: str
    unit: str
    amount: int
    lost: int
    cost: int
    freed: int
    expires_at: datetime | None

    @property
    def said(self) -> dict[str, Any]:
        """Return what events about it say."""
        ends = {"expires_at": self.expires_at.isoformat()} if self.expires_at else {}
        return {"perk": self.perk, "offer": self.name, **({"unit": self.unit, "amount": self.amount} if self.unit else {}), **ends}


@transaction.atomic
def issue(*, workspace: Workspace, perks: Sequence[int], now: datetime) -> int:
    """Turn reserved perks into issued ones, once the message that names them was accepted; return how many.

    A trial that begins when given begins; points and credit are added to the balance.
    """
    changed = _move(workspace, perks, before=("reserved",), change=ISSUE, now=now)
    post(workspace, [Moved("given", one.unit, one.person, one.profile, ((one.perk, one.amount),)) for one in changed if one.unit], now)
    tell(workspace, changed, names.PERK_ISSUED, now)
    begun = [one for one in changed if one.state == "begun"]
    tell(workspace, begun, names.TRIAL_BEGUN, now, lambda one: {"ends_at": one.said.get("expires_at")})
    return len(changed)


@transaction.atomic
def release(*, workspace: Workspace, perks: Sequence[int], now: datetime) -> int:
    """Take back perks that never reached anyone; their count and cost go back to the offer. A pool's code stays used."""
    changed = _move(workspace, perks, before=("reserved",), change=RELEASE, now=now)
    _give_back(workspace, changed, lambda one: (-1, -one.cost))
    return len(changed)


@transaction.atomic
def withdraw(*, workspace: Workspace, perks: Sequence[int], reason: str, now: datetime) -> int:
    """Withdraw perks that are still open, with the reason that their people may read; return how many.

    The cost of what was not used goes back to the budget; the perk still counts as given.
    """
    changed = _move(workspace, perks, before=OPEN, change=WITHDRAW, now=now, reason=reason[:200])
    _end(workspace, changed, "withdrawn", now)
    tell(workspace, changed, names.PERK_WITHDRAWN, now, lambda _: {"reason": reason[:200]})
    return len(changed)


@transaction.atomic
def forfeit(*, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
    """Withdraw what is open of people who are erased, as nobody is left to bring it; return how many. Their timeline is told nothing."""
    held = Perk.within(workspace).filter(profile_id__in=profiles, state__in=OPEN).values_list("id", flat=True)
    changed = _move(workspace, list(held), before=OPEN, change=WITHDRAW, now=now)
    _end(workspace, changed, "withdrawn", now)
    return len(changed)


@transaction.atomic
def expire(*, workspace: Workspace, now: datetime, most: int = 10_000) -> int:
    """End the perks and the trials whose time is over; what was set aside for what was not used goes back. Return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM engage_perk WHERE workspace_id = %s AND expires_at <= %s AND state IN ('reserved', 'issued', 'begun')
               ORDER BY expires_at LIMIT %s""",
            (workspace.pk, now, most),
        )
        due = [row[0] for row in cursor.fetchall()]
    changed = _move(workspace, due, before=OPEN, change=EXPIRE, now=now)
    _end(workspace, changed, "expired", now)
    tell(workspace, [one for one in changed if one.state == "expired"], names.PERK_EXPIRED, now)
    tell(workspace, [one for one in changed if one.state == "ended"], names.TRIAL_ENDED, now)
    return len(changed)


def see(*, workspace: Workspace, deliveries: Collection[int], now: datetime) -> int:
    """Note that people have seen the perks which these deliveries brought; return how many were seen for the first time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.id FROM engage_delivery d
               JOIN engage_perk k ON k.workspace_id = d.workspace_id AND k.run_id = d.run_id AND k.seq = d.occurrence
               WHERE d.workspace_id = %s AND d.id = ANY(%s) AND k.state IN ('issued', 'begun') AND k.seen_at IS NULL""",
            (workspace.pk, list(deliveries)),
        )
        unseen = [row[0] for row in cursor.fetchall()]
    changed = _move(workspace, unseen, before=("issued", "begun"), change="seen_at = %(now)s", now=now)
    tell(workspace, changed, names.PERK_SEEN, now)
    return len(changed)


def _end(workspace: Workspace, changed: Sequence[Change], kind: str, now: datetime) -> None:
    _give_back(workspace, changed, lambda one: (0, -one.freed))
    post(workspace, [Moved(kind, one.unit, one.person, one.profile, ((one.perk, one.lost),)) for one in changed if one.lost], now)


def _give_back(workspace: Workspace, changed: Sequence[Change], what: Callable[[Change], tuple[int, int]]) -> None:
    moves: dict[int, tuple[int, int]] = {}
    for one in changed:
        (count, cost), (more, dearer) = moves.get(one.offer, (0, 0)), what(one)
        moves[one.offer] = (count + more, cost + dearer)
    move_counters(workspace, moves)


def _move(
    workspace: Workspace, perks: Sequence[int], *, before: Sequence[str], change: str, now: datetime, reason: str = ""
) -> list[Change]:
    if not perks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH due AS (SELECT k.id, k.state, k.cost, k.remaining,
                                    v.data->>'kind' = 'trial' AND coalesce(v.data->>'begins', 'given') = 'given' AS is_trial_from_giving
                             FROM engage_perk k
                             JOIN strategize_offerversion v ON v.workspace_id = k.workspace_id AND v.id = k.offer_version_id
                             WHERE k.workspace_id = %(workspace)s AND k.id = ANY(%(perks)s) AND k.state = ANY(%(before)s)
                             ORDER BY k.id FOR UPDATE OF k)
                UPDATE engage_perk k SET {change} FROM due, strategize_offer o
                WHERE k.workspace_id = %(workspace)s AND k.id = due.id AND o.workspace_id = k.workspace_id AND o.id = k.offer_id
                RETURNING k.id, k.offer_id, o.name, k.person, k.profile_id, k.run_id, due.state, k.state, k.unit, k.amount,
                          due.remaining - k.remaining, k.cost, due.cost - k.cost, k.expires_at""",
            {"workspace": workspace.pk, "perks": list(perks), "before": list(before), "now": now, "reason": reason},
        )
        return sorted((Change(*row) for row in cursor.fetchall()), key=lambda one: one.perk)


def tell(
    workspace: Workspace, changed: Sequence[Change], name: str, now: datetime, more: Callable[[Change], dict[str, Any]] = lambda _: {}
) -> None:
    """Write what became of perks onto the timeline."""
    events = [NewEvent(one.profile, now, name, {**one.said, **more(one)}, run_id=one.run) for one in changed]
    write(workspace=workspace, events=events, now=now)
