"""The conversions of the people a dialogue considered: what they bought, when, and after which words."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.measure.funnels import asked, plain
from duologue.measure.lift.rules import Arm
from duologue.platform.database.arrays import numbers
from duologue.strategize.segments.asking import ask, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from duologue.measure.funnels.rules import Goal
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue


FEW: Final = 20_000
"""Of so many people considered, PostgreSQL finds the events by their indexes; what more of them did is read from the lake."""


@dataclass(slots=True)
class Bought:
    """One conversion within the goal's time of a run, or one refund: its event, revenue in minor units, and the turns said before it.

    A refund's `order` is that of the conversion it takes from, "" where it names none of them. `touched_at` is when the last turn was said.
    """

    person: int
    at: datetime
    order: str
    revenue: int
    event: int
    touches: list[str] = field(default_factory=list)
    touched_at: datetime | None = None


@dataclass(slots=True)
class Outcomes:
    """What came of a dialogue. `mixed` people, whose merged profiles stand on both sides, are in neither arm.

    `began` says how many people first began in each month, "2026-01" on the workspace's clock; `first_began` when each buyer did.
    """

    invited: Arm
    held_out: Arm
    mixed: int
    bought: list[Bought]
    refunds: list[Bought]
    reactions: Counter[str]
    began: dict[str, int]
    first_began: dict[int, datetime]


def outcomes(workspace: Workspace, dialogue: Dialogue, goal: Goal | None) -> Outcomes:
    """Count all that people did after they were considered. Revenue is in minor units of the workspace's currency.

    Few people's events are read from PostgreSQL, those of many from the lake.
    """
    found = _answers(workspace, dialogue, goal)
    arms = {held_out: Arm(*map(int, sums)) for held_out, *sums in found["arms"]}
    bought = [Bought(person, moment(at), order, worth, event) for person, at, order, worth, event, _ in found.get("bought", ())]
    refunds = list(_refunds(found.get("refunds", ()), found.get("bought", ())))
    if goal:
        _add_touches(bought + refunds, {"workspace": workspace.pk, "dialogue": dialogue.pk}, goal.within)
    return Outcomes(
        invited=arms.get(False, Arm(0, 0)),
        held_out=arms.get(True, Arm(0, 0)),
        mixed=found["mixed"][0][0],
        bought=bought,
        refunds=refunds,
        reactions=_reactions(workspace, dialogue, found["reactions"]),
        began=dict(found.get("began", ())),
        first_began={row[0]: moment(row[5]) for row in found.get("bought", ())},
    )


def _answers(workspace: Workspace, dialogue: Dialogue, goal: Goal | None) -> dict[str, list[tuple[Any, ...]]]:
    ((people, since),) = _rows(f"SELECT count(*), min(a.at) FROM {asked.DRAWN}", (workspace.pk, dialogue.pk))
    if people <= FEW:
        return plain.answers(workspace, dialogue, goal)
    return ask(workspace, asked.question(workspace, dialogue, goal, since))


def _refunds(refunds: Iterable[tuple[Any, ...]], bought: Iterable[tuple[Any, ...]]) -> Iterator[Bought]:
    """Take each refund from the order it names, as last bought before it; one that names none counts when it falls into the goal's time."""
    known: dict[str, list[tuple[int, int, int]]] = defaultdict(list)  # when an order was bought, by which event, and whose it is
    for person, at, order, _, event, _ in bought:
        if order:
            known[order].append((at, event, person))
    for person, at, order, worth, event, inside in refunds:
        orders = known.get(order, [])
        place = bisect_left(orders, (at, event))
        of = orders[place - 1] if place and orders[place - 1][2] == person else None
        if of or inside:
            yield Bought(person, moment(of[0] if of else at), order if of else "", worth, event)


def _reactions(workspace: Workspace, dialogue: Dialogue, heard: list[tuple[int, int, int]]) -> Counter[str]:
    """Sum up reports and complaints (in this order, by delivery) of the deliveries that are the dialogue's."""
    query = """SELECT coalesce(sum(h.reports), 0)::bigint, coalesce(sum(h.complaints), 0)::bigint
               FROM unnest(%(deliveries)s::bigint[], %(reports)s::bigint[], %(complaints)s::bigint[]) AS h(delivery, reports, complaints)
               JOIN engage_delivery d ON d.workspace_id = %(workspace)s AND d.id = h.delivery AND d.dialogue_id = %(dialogue)s"""
    arrays = {name: numbers(row[at] for row in heard) for at, name in enumerate(("deliveries", "reports", "complaints"))}
    ((reports, complaints),) = _rows(query, {"workspace": workspace.pk, "dialogue": dialogue.pk, **arrays})
    return Counter({"spam_reports": reports, "complaints": complaints})


def _add_touches(bought: list[Bought], keys: dict[str, int], within: timedelta) -> None:
    """Give every conversion the turns whose message was accepted before it, at most the goal's time earlier."""
    said: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    persons = numbers({conversion.person for conversion in bought})
    for person, at, turn in _rows(
        """SELECT first.person, d.accepted_at, d.turn FROM engage_delivery d
           JOIN people_profile first ON first.workspace_id = d.workspace_id AND first.id = d.person
           WHERE d.workspace_id = %(workspace)s AND d.dialogue_id = %(dialogue)s AND d.state = 'accepted'
             AND first.person = ANY(%(persons)s::bigint[]) ORDER BY d.accepted_at""",
        {**keys, "persons": persons},
    ):
        said[person].append((at, turn))
    for conversion in bought:
        before = [(at, turn) for at, turn in said[conversion.person] if conversion.at - within <= at <= conversion.at]
        conversion.touches = [turn for _, turn in before]
        conversion.touched_at = before[-1][0] if before else None


def _rows(query: str, parameters: dict[str, Any] | tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(5_000):
            yield from rows
