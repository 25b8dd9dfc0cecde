"""Spending points and credit: never more than there is, whoever asks and however many at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.perks import rules
from duologue.engage.perks.lives import issue
from duologue.engage.perks.postings import Moved, post
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.database import locks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.engage.perks.rules import Lot
    from duologue.platform.workspaces.models import Workspace

TOO_LITTLE: Final = "There is not that much left."
NONE_LEFT: Final = "Nothing is left of it."
NO_UNIT: Final = "What is spent is points or credit."


@dataclass(slots=True, frozen=True)
class Spend:
    """So many points, or so much credit in minor units, for one order of a person; the same order spends once."""

    person: int
    unit: str
    amount: int
    order: str


@dataclass(slots=True, frozen=True)
class Use:
    """A code of credit for one order; it pays `worth`, or what is left where that is less or nothing is said."""

    perk: int
    worth: int
    order: str


@dataclass(slots=True, frozen=True)
class Spent:
    """What was spent and what is left of it then; `reason` is a sentence where nothing was."""

    ok: bool
    amount: int = 0
    left: int = 0
    reason: str = ""
    is_new: bool = False  # by this, not by an earlier one of the same order


@dataclass(slots=True)
class _Book:
    """What a batch spends, as it is reckoned."""

    lots: dict[int, Lot]
    booked: dict[str, int]
    moved: list[Moved] = field(default_factory=list)
    taken: list[tuple[int, int, str, int]] = field(default_factory=list)  # perk, how much, for which order, what is left of it then


@transaction.atomic
def spend(*, workspace: Workspace, spends: Sequence[Spend], now: datetime) -> list[Spent]:
    """Spend from balances, what ends first first; answers come in the order asked.

    People's perks are locked until the caller's transaction ends, so that no two can spend the same, and before them the orders, which
    spend once whoever they belong to after a merge or its undoing. A handful of queries.
    """
    keys = [f"{one.unit}:{one.order[:120]}" for one in spends]
    _lock(workspace, keys)
    owned = _lots_of(workspace, sorted({one.person for one in spends}), now)
    book = _open(workspace, [lot for lots in owned.values() for lot in lots], keys, now)
    answers = []
    for one, key in zip(spends, keys, strict=True):
        lots = [lot for perk in owned.get(one.person, ()) if (lot := book.lots.get(perk)) is not None and lot.unit == one.unit]
        if one.unit not in rules.UNITS or one.amount < 1:
            answers.append(Spent(ok=False, reason=NO_UNIT))
        elif key in book.booked:
            answers.append(Spent(ok=True, amount=book.booked[key], left=sum(lot.remaining for lot in lots)))
        elif (parts := rules.taken_from(lots, one.amount)) is None:
            answers.append(Spent(ok=False, left=sum(lot.remaining for lot in lots), reason=TOO_LITTLE))
        else:
            _take(book, parts, key, one.order)
            answers.append(Spent(ok=True, amount=one.amount, left=sum(lot.remaining for lot in lots), is_new=True))
    _write(workspace, book, now)
    return answers


@transaction.atomic
def use(*, workspace: Workspace, uses: Mapping[int, Use], now: datetime) -> dict[int, Spent]:
    """Pay with codes of credit, each by its place; a code whose message is still to be confirmed is taken for given."""
    if not uses:
        return {}
    perks = sorted({one.perk for one in uses.values()})
    issue(workspace=workspace, perks=perks, now=now)
    keys = {place: f"perk:{one.perk}:{one.order[:120]}" for place, one in uses.items()}
    book = _open(workspace, perks, list(keys.values()), now)
    answers: dict[int, Spent] = {}
    for place in sorted(uses):
        one, lot = uses[place], book.lots.get(uses[place].perk)
        left = lot.remaining if lot else 0
        if one.order and keys[place] in book.booked:
            answers[place] = Spent(ok=True, amount=book.booked[keys[place]], left=left)
        elif lot is None or not left:
            answers[place] = Spent(ok=False, reason=NONE_LEFT)
        else:
            amount = min(one.worth or left, left)
            _take(book, [(one.perk, amount)], keys[place] if one.order else "", one.order)
            answers[place] = Spent(ok=True, amount=amount, left=lot.remaining, is_new=True)
    _write(workspace, book, now)
    return answers


def _lots_of(workspace: Workspace, persons: Sequence[int], now: datetime) -> dict[int, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, k.id FROM people_profile p JOIN engage_perk k ON k.workspace_id = p.workspace_id AND k.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND k.unit <> '' AND k.state = 'issued' AND k.remaining > 0
                 AND (k.expires_at IS NULL OR k.expires_at > %s)""",
            (workspace.pk, list(persons), now),
        )
        found: dict[int, list[int]] = {}
        for person, perk in cursor.fetchall():
            found.setdefault(person, []).append(perk)
        return found


def _lock(workspace: Workspace, keys: Sequence[str]) -> None:
    """Let nobody else spend for the same orders until the caller's transaction ends."""
    with connection.cursor() as cursor:
        theirs = [f"{workspace.pk} {key}" for key in sorted(set(keys))]
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(k)) FROM unnest(%s::text[]) AS k", (locks.SPENDING, theirs))


def _open(workspace: Workspace, perks: Sequence[int], keys: Sequence[str], now: datetime) -> _Book:
    """Lock what may be spent, in the order of its ids, and then read what these orders have spent already."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, profile_id, person, unit, remaining, expires_at FROM engage_perk
               WHERE workspace_id = %s AND id = ANY(%s) AND unit <> '' AND state = 'issued' AND remaining > 0
                 AND (expires_at IS NULL OR expires_at > %s) ORDER BY id FOR UPDATE""",
            (workspace.pk, sorted(perks), now),
        )
        lots = {row[0]: rules.Lot(*row) for row in cursor.fetchall()}
        cursor.execute(
            """SELECT m.key, sum(p.amount)::bigint FROM engage_movement m
               JOIN engage_posting p ON p.workspace_id = m.workspace_id AND p.movement_id = m.id AND p.account = 'spent'
               WHERE m.workspace_id = %s AND m.key = ANY(%s) GROUP BY 1""",
            (workspace.pk, list(keys)),
        )
        return _Book(lots, dict(cursor.fetchall()))


def _take(book: _Book, parts: Sequence[tuple[int, int]], key: str, order: str) -> None:
    first = book.lots[parts[0][0]]
    for perk, part in parts:
        lot = book.lots[perk]
        lot.remaining -= part
        book.taken.append((perk, part, order[:120], lot.remaining))
    book.moved.append(Moved("spent", first.unit, first.person, first.profile, tuple(parts), key))
    if key:
        book.booked[key] = sum(part for _, part in parts)


def _write(workspace: Workspace, book: _Book, now: datetime) -> None:
    """Write a batch: the perks, the books, the timeline."""
    if not book.taken:
        return
    last = {perk: (order, left) for perk, _, order, left in book.taken}
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_perk k SET remaining = t.remaining, redeemed_at = %s, redeemed_for = t.for_order,
                      state = CASE WHEN t.remaining = 0 THEN 'redeemed' ELSE k.state END
               FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS t (id, for_order, remaining), strategize_offer o
               WHERE k.workspace_id = %s AND k.id = t.id AND o.workspace_id = k.workspace_id AND o.id = k.offer_id
               RETURNING k.id, o.name, k.profile_id, k.run_id, k.unit""",
            (now, list(last), [order for order, _ in last.values()], [left for _, left in last.values()], workspace.pk),
        )
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    post(workspace, book.moved, now)
    events = []
    for perk, part, order, left in book.taken:
        offer, profile, run, unit = known[perk]
        said = {"perk": perk, "offer": offer, "order": order, "worth": part if unit == "credit" else 0}
        said |= {"unit": unit, "amount": part, "remaining": left}
        events.append(NewEvent(profile, now, names.PERK_REDEEMED, said, run_id=run))
    write(workspace=workspace, events=events, now=now)


def balances(workspace: Workspace, profiles: Sequence[int], now: datetime) -> dict[str, int]:
    """Return what the person who holds these profiles can spend now, by unit; what is over by now does not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT unit, sum(remaining)::bigint FROM engage_perk
               WHERE workspace_id = %s AND profile_id = ANY(%s) AND unit <> '' AND state = 'issued' AND remaining > 0
                 AND (expires_at IS NULL OR expires_at > %s) GROUP BY 1""",
            (workspace.pk, list(profiles), now),
        )
        return dict(cursor.fetchall())


def out_of_balance(workspace: Workspace) -> list[str]:
    """Return a sentence for each way in which the books do not agree with themselves or with the perks. The goal is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(amount), 0)::bigint FROM engage_posting WHERE workspace_id = %s", (workspace.pk,))
        total = cursor.fetchone()[0]
        cursor.execute(
            """SELECT count(*) FROM (SELECT FROM engage_posting WHERE workspace_id = %s GROUP BY movement_id HAVING sum(amount) <> 0) m""",
            (workspace.pk,),
        )
        open_ = cursor.fetchone()[0]
        cursor.execute(
            """SELECT count(*) FROM engage_perk k
               LEFT JOIN (SELECT perk_id, sum(amount) AS booked FROM engage_posting WHERE workspace_id = %(w)s AND account = 'person'
                          GROUP BY 1) b ON b.perk_id = k.id
               WHERE k.workspace_id = %(w)s AND k.unit <> '' AND coalesce(b.booked, 0) <> k.remaining""",
            {"w": workspace.pk},
        )
        apart = cursor.fetchone()[0]
    said = [(total, "All postings together come to {}, not to 0."), (open_, "{} movements do not sum to zero.")]
    said.append((apart, "{} perks have another balance than the books say."))
    return [sentence.format(number) for number, sentence in said if number]
