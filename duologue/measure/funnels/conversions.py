"""The conversions of the people a dialogue considered: what they bought, when, and after which words."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.measure.funnels.rules import revenue_of
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from duologue.measure.funnels.rules import Goal
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue


@dataclass(slots=True)
class Considered:
    """One person of the comparison: held out or not, since when, and what they did within the goal's time."""

    held_out: bool
    at: datetime
    conversions: int = 0
    revenue: int = 0


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
    """What came of a dialogue. `mixed` people are those whose merged profiles stand on both sides."""

    people: dict[int, Considered]
    mixed: int
    bought: list[Bought]
    refunds: list[Bought]
    reactions: Counter[str]
    began: dict[int, datetime] = field(default_factory=dict)  # when each person's first run began


# people merged since are looked up through the profile whose number their admission carries
_CONSIDERED = """
    considered AS (
        SELECT first.person, min(a.at) AS at, bool_or(a.verdict = 'held_out') AS held_out, bool_or(a.verdict = 'admitted') AS admitted
        FROM engage_admission a
        JOIN people_profile first ON first.workspace_id = a.workspace_id AND first.id = a.person
        WHERE a.workspace_id = %(workspace)s AND a.dialogue_id = %(dialogue)s AND a.verdict IN ('admitted', 'held_out')
        GROUP BY first.person
    )"""


def outcomes(workspace: Workspace, dialogue: Dialogue, goal: Goal | None) -> Outcomes:
    """Read, in four set-based queries, all that people did after they were considered. Revenue is in the workspace's currency."""
    asked = {"workspace": workspace.pk, "dialogue": dialogue.pk}
    people: dict[int, Considered] = {}
    mixed = 0
    for person, at, held_out, admitted in _rows(f"WITH {_CONSIDERED} SELECT person, at, held_out, admitted FROM considered", asked):
        if held_out and admitted:
            mixed += 1
        else:
            people[person] = Considered(held_out, at)
    windows = _windows(asked) if goal else {}
    began = {person: starts[0] for person, starts in windows.items()}
    tally = _Tally(Outcomes(people, mixed, [], [], Counter(), began), goal, workspace.currency, windows)
    wanted = [names.SPAM_REPORTED, names.MESSAGE_REPLIED]
    if goal:
        wanted += [goal.event, names.ORDER_REFUNDED]
    query = f"""WITH {_CONSIDERED}
        SELECT c.person, e.name, e.occurred_at, e.properties, e.id, d.id
        FROM considered c
        JOIN people_profile p ON p.workspace_id = %(workspace)s AND p.person = c.person
        JOIN people_event e ON e.workspace_id = p.workspace_id AND e.profile_id = p.id AND e.occurred_at > c.at
        LEFT JOIN engage_delivery d ON d.workspace_id = e.workspace_id AND d.id = e.delivery_id AND d.dialogue_id = %(dialogue)s
        WHERE e.name = ANY(%(names)s) ORDER BY e.occurred_at, e.id"""
    for person, name, at, written, event, delivery in _rows(query, {**asked, "names": wanted}):
        properties = json.loads(written)
        if goal and name == goal.event:
            tally.count_conversion(person, at, event, properties)
        elif goal and name == names.ORDER_REFUNDED:
            tally.count_refund(person, at, event, properties)
        elif delivery is not None:
            tally.count_reaction(name, properties)
    if goal:
        _add_touches(tally.found.bought + tally.found.refunds, asked, goal.within)
    return tally.found


class _Tally:
    """Counts events as they pass, oldest first."""

    def __init__(self, found: Outcomes, goal: Goal | None, currency: str, windows: dict[int, list[datetime]]) -> None:
        self.found = found
        self.goal = goal
        self.currency = currency
        self.windows = windows
        self.orders: dict[str, Bought] = {}

    def count_conversion(self, person: int, at: datetime, event: int, properties: dict[str, Any]) -> None:
        assert self.goal is not None
        if not self.goal.accepts(properties):
            return
        revenue = revenue_of(properties, self.goal.value, self.currency)
        considered = self.found.people.get(person)
        if considered and at < considered.at + self.goal.within:
            considered.conversions += 1
            considered.revenue += revenue
        if _inside(self.windows.get(person), at, self.goal.within):
            bought = Bought(person, at, str(properties.get("order_id") or ""), revenue, event)
            self.found.bought.append(bought)
            if bought.order:
                self.orders[bought.order] = bought

    def count_refund(self, person: int, at: datetime, event: int, properties: dict[str, Any]) -> None:
        """Take a refund from the order it names; one that names none of these orders counts when it falls into the window."""
        assert self.goal is not None
        amount = abs(revenue_of(properties, "total" if "total" in properties else "revenue", self.currency))
        considered = self.found.people.get(person)
        if considered and at < considered.at + self.goal.within:
            considered.revenue -= amount
        order = self.orders.get(str(properties.get("order_id") or ""))
        if (order is not None and order.person == person) or _inside(self.windows.get(person), at, self.goal.within):
            self.found.refunds.append(Bought(person, order.at if order else at, order.order if order else "", -amount, event))

    def count_reaction(self, name: str, properties: dict[str, Any]) -> None:
        if name == names.SPAM_REPORTED:
            self.found.reactions["spam_reports"] += 1
        elif properties.get("intent") == "complaint":
            self.found.reactions["complaints"] += 1


def _windows(asked: dict[str, int]) -> dict[int, list[datetime]]:
    """Return when each person's runs began, in order."""
    starts: dict[int, list[datetime]] = defaultdict(list)
    for person, at in _rows(
        """SELECT first.person, r.started_at FROM engage_run r
           JOIN people_profile first ON first.workspace_id = r.workspace_id AND first.id = r.person
           WHERE r.workspace_id = %(workspace)s AND r.dialogue_id = %(dialogue)s ORDER BY r.started_at""",
        asked,
    ):
        starts[person].append(at)
    return starts


def _inside(starts: list[datetime] | None, at: datetime, within: timedelta) -> bool:
    """Say whether a moment lies after a run's start (the event that started it is no conversion) and within its time."""
    if not starts:
        return False
    place = bisect_left(starts, at)
    return place > 0 and at < starts[place - 1] + within


def _add_touches(bought: list[Bought], asked: dict[str, int], within: timedelta) -> None:
    """Give every conversion the turns whose message was accepted before it, at most the goal's time earlier."""
    said: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    persons = list({conversion.person for conversion in bought})
    for person, at, turn in _rows(
        """SELECT first.person, d.accepted_at, d.turn FROM engage_delivery d
           JOIN people_profile first ON first.workspace_id = d.workspace_id AND first.id = d.person
           WHERE d.workspace_id = %(workspace)s AND d.dialogue_id = %(dialogue)s AND d.state = 'accepted'
             AND first.person = ANY(%(persons)s) ORDER BY d.accepted_at""",
        {**asked, "persons": persons},
    ):
        said[person].append((at, turn))
    for conversion in bought:
        before = [(at, turn) for at, turn in said[conversion.person] if conversion.at - within <= at <= conversion.at]
        conversion.touches = [turn for _, turn in before]
        conversion.touched_at = before[-1][0] if before else None


def _rows(query: str, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(5_000):
            yield from rows
