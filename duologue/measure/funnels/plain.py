"""The same answers as `asked` gives, for few people: their events are found in PostgreSQL and taken one after the other."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import UTC
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.kit.clock import zone_named
from duologue.measure.funnels.asked import CONSIDERED, STARTED
from duologue.measure.funnels.rules import order_of
from duologue.people.timeline import names, older
from duologue.strategize.segments.asking import micros, moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from duologue.measure.funnels.rules import Goal
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.models import Dialogue

_EVENTS = """
    SELECT p.person, e.occurred_at, e.id, e.name, e.properties, e.delivery_id, e.properties->>'intent'
    FROM people_profile p JOIN people_event e ON e.workspace_id = p.workspace_id AND e.profile_id = p.id AND e.occurred_at > %s
    WHERE p.workspace_id = %s AND p.person = ANY(%s) AND e.name = ANY(%s) ORDER BY e.occurred_at, e.id"""


def answers(workspace: Workspace, dialogue: Dialogue, goal: Goal | None) -> dict[str, list[tuple[Any, ...]]]:
    """Return what `ask` would answer to `asked.question`."""
    keys = (workspace.pk, dialogue.pk)
    considered = {person: rest for person, *rest in _rows(CONSIDERED, keys)}
    starts: dict[int, list[int]] = defaultdict(list)
    for person, began in _rows(f"{STARTED} ORDER BY r.started_at", keys) if goal else ():
        starts[person].append(began)
    did: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    heard: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    found: dict[str, list[tuple[Any, ...]]] = {"bought": [], "refunds": []}
    wanted = {names.SPAM_REPORTED, names.MESSAGE_REPLIED} | ({goal.event, names.ORDER_REFUNDED} if goal else set())
    measure = goal.measure(names.ORDER_REFUNDED, workspace.currency) if goal else None
    since = moment(min((one[0] for one in considered.values()), default=0))
    events = _rows(_EVENTS, (since, workspace.pk, list(considered), list(wanted)))
    for person, at, event, name, written, delivery, intent in _with_what_left(workspace, events, goal, considered, since):
        now = micros(at)
        if now <= considered[person][0]:
            continue
        if delivery and name in {names.SPAM_REPORTED, names.MESSAGE_REPLIED}:
            heard[delivery][0] += name == names.SPAM_REPORTED
            heard[delivery][1] += name == names.MESSAGE_REPLIED and intent == "complaint"
        worth = measure(name, written) if measure else None
        if goal is None or worth is None:
            continue
        within = int(goal.within.total_seconds() * 1_000_000)
        if now < considered[person][0] + within:
            did[person][0] += name == goal.event
            did[person][1] += worth
        inside = _inside(starts.get(person, ()), now, within)
        if name != goal.event:
            found["refunds"].append((person, now, order_of(written), worth, event, inside))
        elif inside:
            found["bought"].append((person, now, order_of(written), worth, event, starts[person][0]))
    zone = zone_named(workspace.timezone)
    months = Counter(f"{moment(began[0]).astimezone(zone):%Y-%m}" for began in starts.values())
    mixed = sum(held_out and admitted for _, held_out, admitted in considered.values())
    return {
        **found,
        "arms": [_arm(side, [did[one] for one, drawn in considered.items() if drawn[1:] == [side, not side]]) for side in (False, True)],
        "mixed": [(mixed,)],
        "reactions": [(delivery, *counts) for delivery, counts in heard.items() if any(counts)],
        "began": list(months.items()),
    }


def _with_what_left(
    workspace: Workspace, events: Iterator[tuple[Any, ...]], goal: Goal | None, persons: Collection[int], since: datetime
) -> Iterable[tuple[Any, ...]]:
    """Add the goal's events that are in the lake alone; all else that is heard never leaves PostgreSQL."""
    if goal is None:
        return events
    rows = list(events)  # first, so that what leaves from now on is among them
    if not older.left(workspace, [goal.event], since):
        return rows
    left = older.of_persons(workspace, persons, names=[goal.event], since=since, here=(row[2] for row in rows))
    if left is not None:
        columns = (left.column(name).to_pylist() for name in ("person", "occurred_at", "id", "name", "properties"))
        rows += [(person, at.replace(tzinfo=UTC), *rest, None, None) for person, at, *rest in zip(*columns, strict=True)]
    return sorted(rows, key=itemgetter(1, 2))


def _inside(starts: Sequence[int], at: int, within: int) -> bool:
    """Say whether a moment lies after a run's start (the event that started it is no conversion) and within its time."""
    place = bisect_left(starts, at)
    return place > 0 and at < starts[place - 1] + within


def _arm(held_out: bool, people: list[list[int]]) -> tuple[Any, ...]:  # noqa: FBT001
    worths = [worth for _, worth in people]
    return held_out, len(people), sum(times > 0 for times, _ in people), sum(worths), sum(worth * worth for worth in worths)


def _rows(query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(5_000):
            yield from rows
