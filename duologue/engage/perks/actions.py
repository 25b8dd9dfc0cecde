"""Setting perks aside, within what their offers allow. What becomes of them then is in `lives`, `redeeming` and `balances`."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.engage.perks import rules
from duologue.engage.perks.terms import Offered, offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class PerkRequest:
    """One offer for one person; `run` and `seq` make asking again harmless. Without a version the current one is meant."""

    offer: str
    person: int
    profile: int
    run: int | None = None
    seq: int = 0
    version: int | None = None


@dataclass(slots=True, frozen=True)
class Reserved:
    """The answer to a request: a perk, or the reason there is none ("perk_gone", "no_offer") and the offer to ask for instead."""

    perk: int | None
    code: str = ""
    worth: int = 0
    expires_at: datetime | None = None
    reason: str = ""
    instead: str = ""
    points: int = 0
    says: str = ""
    cost: int = 0


@transaction.atomic
def reserve(*, workspace: Workspace, requests: Sequence[PerkRequest], now: datetime) -> list[Reserved]:
    """Set perks aside within the offers' limits, first asked first served; answers come in the order of the requests.

    Offers are locked in the order of their ids until the caller's transaction ends, so no limit can be passed by two at once.
    """
    catalogue = offered(workspace, {(r.offer, r.version) for r in requests})
    counters = _lock_offers(workspace, sorted({o.offer for o in catalogue.values()}))
    had = _already_reserved(workspace, requests, catalogue)
    per_person = _given_per_person(workspace, requests, catalogue)
    ledgers = {offer: rules.Ledger(given, spent, per_person[offer]) for offer, (given, spent) in counters.items()}
    answers: list[Reserved | None] = [None] * len(requests)
    granted: list[tuple[int, PerkRequest, Offered]] = []
    for place, request in enumerate(requests):
        what = catalogue.get((request.offer, request.version))
        if what is None:
            answers[place] = Reserved(None, reason="no_offer")
        elif found := had.get((request.run, what.offer, request.seq)):
            answers[place] = found
        elif not rules.may_give(what.terms, ledgers[what.offer], request.person, now):
            answers[place] = Reserved(None, reason=rules.GONE, instead=what.terms.instead)
        else:
            rules.give(what.terms, ledgers[what.offer], request.person)
            granted.append((place, request, what))
    for place, answer in _write_reserved(workspace, granted, now):
        answers[place] = answer
    _count_down(workspace, [(what, answers[place]) for place, _, what in granted])
    return [answer for answer in answers if answer is not None]


def _lock_offers(workspace: Workspace, offers: list[int]) -> dict[int, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, given, spent FROM strategize_offer WHERE workspace_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            (workspace.pk, offers),
        )
        return {offer: (given, spent) for offer, given, spent in cursor.fetchall()}


def _already_reserved(
    workspace: Workspace, requests: Sequence[PerkRequest], catalogue: dict[Any, Offered]
) -> dict[tuple[int | None, int, int], Reserved]:
    runs = sorted({r.run for r in requests if r.run is not None})
    if not runs:
        return {}
    terms = {what.offer: what.terms for what in catalogue.values()}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT run_id, offer_id, seq, id, code, worth, expires_at FROM engage_perk
               WHERE workspace_id = %s AND run_id = ANY(%s) AND offer_id = ANY(%s) AND state <> 'released'""",
            (workspace.pk, runs, list(terms)),
        )
        return {
            (run, offer, seq): _answer(perk, terms[offer], code, worth, expires_at)
            for run, offer, seq, perk, code, worth, expires_at in cursor.fetchall()
        }


def _answer(perk: int, terms: rules.Terms, code: str, worth: int, expires_at: datetime | None) -> Reserved:
    return Reserved(perk, code or terms.shared, worth, expires_at, points=terms.points, says=terms.says, cost=terms.cost)


def _given_per_person(workspace: Workspace, requests: Sequence[PerkRequest], catalogue: dict[Any, Offered]) -> dict[int, dict[int, int]]:
    """Count what each person already has of each offer, over all profiles the person holds today."""
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    limited = sorted({o.offer for o in catalogue.values() if o.terms.each is not None})
    if not limited:
        return counts
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.offer_id, p.person, count(*) FROM people_profile p
               JOIN engage_perk k ON k.workspace_id = p.workspace_id AND k.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND k.offer_id = ANY(%s) AND k.state <> 'released' GROUP BY 1, 2""",
            (workspace.pk, sorted({r.person for r in requests}), limited),
        )
        for offer, person, count in cursor.fetchall():
            counts[offer][person] = count
    return counts


def _write_reserved(workspace: Workspace, granted: list[tuple[int, PerkRequest, Offered]], now: datetime) -> Iterable[tuple[int, Reserved]]:
    pool = _take_from_pools(workspace, Counter(what.offer for _, _, what in granted if what.terms.code == "pool"), now)
    waiting = []
    for place, request, what in granted:
        code = ""
        if what.terms.code == "pool":
            code = pool[what.offer].pop() if pool[what.offer] else ""
            if not code:
                yield place, Reserved(None, reason=rules.GONE, instead=what.terms.instead)
                continue
        waiting.append((place, request, what, code))
    while waiting:
        rows = [
            (request, what, code or (rules.code_from(secrets.token_bytes(16)) if what.terms.code == "generated" else ""))
            for _, request, what, code in waiting
        ]
        made = _insert(workspace, rows, now)
        again = []
        for (place, request, what, code), perk, (_, _, written) in zip(waiting, made, rows, strict=True):
            if perk is None:  # the code is taken: a generated one is drawn again, a pool's was given by another way
                if what.terms.code == "generated":
                    again.append((place, request, what, code))
                else:
                    yield place, Reserved(None, reason=rules.GONE)
            else:
                yield place, _answer(perk, what.terms, written, what.terms.worth, rules.expires_at(what.terms, now))
        waiting = again


def _insert(workspace: Workspace, rows: Sequence[tuple[PerkRequest, Offered, str]], now: datetime) -> list[int | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('engage_perk_id_seq') FROM generate_series(1, %s)", (len(rows),))
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """INSERT INTO engage_perk (id, workspace_id, offer_id, offer_version_id, person, profile_id, run_id, seq, code, state,
                                        worth, cost, reserved_at, expires_at, redeemed_for, unit, amount, remaining, reason)
               SELECT id, %s, offer, version, person, profile, run, seq, code, 'reserved', worth, cost, %s, expires, '', unit, amount, 0, ''
               FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::text[],
                           %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[])
                    AS r (id, offer, version, person, profile, run, seq, code, worth, cost, expires, unit, amount)
               ON CONFLICT (workspace_id, code) WHERE code <> '' DO NOTHING RETURNING id""",
            (
                workspace.pk,
                now,
                ids,
                [what.offer for _, what, _ in rows],
                [what.version for _, what, _ in rows],
                [request.person for request, _, _ in rows],
                [request.profile for request, _, _ in rows],
                [request.run for request, _, _ in rows],
                [request.seq for request, _, _ in rows],
                [code for _, _, code in rows],
                [what.terms.worth for _, what, _ in rows],
                [what.terms.cost for _, what, _ in rows],
                [rules.expires_at(what.terms, now) for _, what, _ in rows],
                [what.terms.unit for _, what, _ in rows],
                [what.terms.amount for _, what, _ in rows],
            ),
        )
        written = {row[0] for row in cursor.fetchall()}
    return [perk if perk in written else None for perk in ids]


def _take_from_pools(workspace: Workspace, wanted: Counter[int], now: datetime) -> dict[int, list[str]]:
    taken: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        for offer, count in wanted.items():  # one query per offer, of which a batch has few
            # materialized: as a plain subquery the planner may ask it again for each row, and would take them all
            cursor.execute(
                """WITH next AS MATERIALIZED (
                       SELECT id FROM engage_poolcode WHERE workspace_id = %s AND offer_id = %s AND taken_at IS NULL
                       ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
                   UPDATE engage_poolcode p SET taken_at = %s FROM next WHERE p.workspace_id = %s AND p.id = next.id RETURNING p.code""",
                (workspace.pk, offer, count, now, workspace.pk),
            )
            taken[offer] = [row[0] for row in cursor.fetchall()]
    return taken


def _count_down(workspace: Workspace, given: Iterable[tuple[Offered, Reserved | None]]) -> None:
    counts: Counter[int] = Counter()
    costs: Counter[int] = Counter()
    for what, answer in given:
        if answer is not None and answer.perk is not None:
            counts[what.offer] += 1
            costs[what.offer] += what.terms.cost
    move_counters(workspace, {offer: (count, costs[offer]) for offer, count in counts.items()})


def move_counters(workspace: Workspace, moves: dict[int, tuple[int, int]]) -> None:
    """Add to the offers' counters: offer → (perks given, cost); in one statement, inside the caller's transaction."""
    if not moves:
        return
    offers = sorted(moves)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE strategize_offer o SET given = o.given + m.given, spent = o.spent + m.spent
               FROM unnest(%s::bigint[], %s::int[], %s::bigint[]) AS m (offer, given, spent)
               WHERE o.workspace_id = %s AND o.id = m.offer""",
            (offers, [moves[o][0] for o in offers], [moves[o][1] for o in offers], workspace.pk),
        )
