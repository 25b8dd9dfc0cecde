"""Who is to be considered for a dialogue: those of its audience who never were, and those whose moment has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.runs import lots
from duologue.engage.runs.admissions import Candidate
from duologue.kit.clock import is_zone
from duologue.people.profiles.queries import people
from duologue.platform.database.looking import by_index
from duologue.strategize.dialogues.rules import calendar
from duologue.strategize.segments.queries import memberships

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from duologue.engage.runs.plans import Version
    from duologue.people.profiles.queries import KnownPerson
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.calendar import Coming
    from duologue.strategize.dialogues.rules.plan import Plan, Trigger

    Fires = Sequence[tuple[Trigger, Coming]]

AT_ONCE = 5000
FIRST_PROFILE = """JOIN LATERAL (SELECT p.id, p.shard FROM people_profile p WHERE p.workspace_id = m.workspace_id AND p.person = m.person
                             ORDER BY p.id LIMIT 1) f ON true"""

MEMBERS = """m.workspace_id = %s AND m.member
             AND m.segment_id = (SELECT s.id FROM strategize_segment s WHERE s.workspace_id = %s AND s.name = %s)"""


@dataclass(slots=True, frozen=True)
class Page:
    """Some of those whose moment has come, up to the person numbered `last`; there may be more unless it is the last page."""

    candidates: Sequence[Candidate]
    last: int
    is_last: bool


def not_considered(workspace: Workspace, version: Version, most: int, *, after: int = 0) -> list[Candidate]:
    """Return members of the audience without a verdict, over all the profiles each person holds, in the order of their numbers.

    Only those numbered above `after` are looked at: else each batch would pass over all the batches before it. Each member's verdict is
    looked up by itself: while a table grows by the batch, the planner's notion of it lags behind, and a join of both may take hours.
    """
    found: list[Candidate] = []
    while (numbers := lots.members(workspace, version, most, after)) and len(found) < most:
        found += of_members(workspace, version, numbers)
        after = numbers[-1]
    if numbers is not None:
        return found[:most]
    with connection.cursor() as cursor, by_index(cursor):
        cursor.execute(
            f"""SELECT m.person, f.id, f.shard FROM strategize_segmentmember m
               {FIRST_PROFILE}
               WHERE {MEMBERS} AND m.person > %s AND (
                   SELECT true FROM engage_admission a WHERE a.workspace_id = m.workspace_id AND a.dialogue_id = %s AND a.person = ANY(
                       ARRAY(SELECT q.id FROM people_profile q WHERE q.workspace_id = m.workspace_id AND q.person = m.person))
                   LIMIT 1) IS NULL
               ORDER BY m.person LIMIT %s""",
            (workspace.pk, workspace.pk, version.plan.audience, after, version.dialogue, most),
        )
        return [Candidate(*row) for row in cursor.fetchall()]


def of_members(workspace: Workspace, version: Version, persons: Sequence[int]) -> list[Candidate]:
    """Return those of these `lots.members` who have no verdict, over all the profiles each person holds."""
    found = lots.of_members(workspace, version, persons)
    return [Candidate(person, first, shard, zone=zone, address=address, lot=lot) for person, first, shard, zone, address, lot in found]


def never_considered(workspace: Workspace, plan: Plan, dialogue: int) -> int:
    """Return how many members of a plan's audience have no verdict under any of their profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM (SELECT m.person FROM strategize_segmentmember m WHERE {MEMBERS}
                EXCEPT SELECT p.person FROM engage_admission a JOIN people_profile p ON p.workspace_id = a.workspace_id AND p.id = a.person
                WHERE a.workspace_id = %s AND a.dialogue_id = %s) n""",
            (workspace.pk, workspace.pk, plan.audience, workspace.pk, dialogue),
        )
        return int(cursor.fetchone()[0])


def zones(workspace: Workspace) -> list[str]:
    """Return the zones that people's clocks are in, the workspace's for those of whom none is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT timezone FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
        return sorted({zone for (zone,) in cursor.fetchall() if zone and is_zone(zone)} | {workspace.timezone})


def whose_moment(workspace: Workspace, version: Version, at: datetime, clocks: Sequence[str], *, after: int, most: int) -> Page:
    """Return those for whom one of the plan's timed starts fires at this very moment, in the order of their numbers.

    At most `most` people are looked at, those numbered above `after`; a few queries whatever their number.
    """
    timed = [trigger for trigger in version.plan.starts if trigger.is_timed]
    return _those_meant(workspace, version.plan, _fires(timed, clocks, at - calendar.MOMENT, at), clocks, after=after, most=most)


def whose_date_comes(workspace: Workspace, version: Version, since: datetime, until: datetime, clocks: Sequence[str]) -> Iterator[Page]:
    """Yield by the page those for whom a start by a date of their own fires later than `since` and not later than `until`."""
    plan, last = version.plan, 0
    dated = [trigger for trigger in plan.starts if trigger.kind == "date"]
    fires = [(trigger, one) for trigger, one in _fires(dated, clocks, since, until) if calendar.is_open(plan, workspace.timezone, one.at)]
    while fires:
        page = _those_meant(workspace, plan, fires, clocks, after=last, most=AT_ONCE)
        yield page
        if page.is_last:
            return
        last = page.last


def _fires(triggers: Sequence[Trigger], clocks: Sequence[str], after: datetime, until: datetime) -> Fires:
    return [(trigger, one) for trigger in triggers for zone in clocks for one in calendar.coming(trigger, zone, after, until)]


def _those_meant(workspace: Workspace, plan: Plan, fires: Fires, clocks: Sequence[str], *, after: int, most: int) -> Page:
    """Return whom these moments mean, of at most `most` people numbered above `after`; what a run begins with is of the first of them."""
    dated = [(trigger, one) for trigger, one in fires if trigger.kind == "date"]
    looked = _with_dates(workspace, dated, after, most) if len(dated) == len(fires) else _members(workspace, plan.audience, after, most)
    persons = [person for person, _, _ in looked]
    facts = {trigger.name.removeprefix("person.") for trigger, _ in dated}
    known = people(workspace, persons, facts, identifiers=False)
    inside = memberships(workspace, persons, {plan.audience}) if plan.audience and persons else {}
    found = []
    for person, profile, shard in looked:
        if plan.audience and plan.audience not in inside.get(person, ()):
            continue
        start = _start(workspace, fires, known.get(person), one_clock=len(clocks) == 1)
        if start is not None:
            found.append(Candidate(person, profile, shard, start))
    return Page(found, persons[-1] if persons else after, len(looked) < most)


def _start(workspace: Workspace, fires: Fires, known: KnownPerson | None, *, one_clock: bool) -> dict[str, Any] | None:
    """Return what a run begins with for someone, or None where no trigger means them now."""
    own = known.timezone if known and is_zone(known.timezone) else workspace.timezone
    for trigger, one in fires:
        if not one_clock and one.zone != own:
            continue
        start = {"at": one.at.isoformat(), "day": one.day.isoformat()}
        if trigger.kind != "date":
            return start
        value = known.facts.get(trigger.name.removeprefix("person.")) if known else None
        if calendar.comes_round(trigger, value, calendar.meant(trigger, one.day)):
            return {**start, "date": str(value)}
    return None


def _members(workspace: Workspace, audience: str, after: int, most: int) -> list[tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.person, f.id, f.shard FROM strategize_segmentmember m
               {FIRST_PROFILE}
               WHERE {MEMBERS} AND m.person > %s ORDER BY m.person LIMIT %s""",
            (workspace.pk, workspace.pk, audience, after, most),
        )
        return list(cursor.fetchall())


def _with_dates(workspace: Workspace, dated: Sequence[tuple[Trigger, Coming]], after: int, most: int) -> list[tuple[int, int, int]]:
    """Return people with a fact that may be a date of one of these days; `_start` looks closer."""
    searches: Mapping[tuple[str, int, int], set[str]] = _searches([(trigger, calendar.meant(trigger, one.day)) for trigger, one in dated])
    if not searches:
        return []
    clauses = " OR ".join("(f.key = %s AND substr(f.value #>> '{}', %s, %s) = ANY(%s))" for _ in searches)
    values = [value for (key, start, length), texts in searches.items() for value in (key, start, length, sorted(texts))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.person, f.id, f.shard FROM (
                   SELECT DISTINCT p.workspace_id, p.person FROM people_fact f
                   JOIN people_profile p ON p.workspace_id = f.workspace_id AND p.id = f.profile_id
                   WHERE f.workspace_id = %s AND p.person > %s AND ({clauses})) m
               {FIRST_PROFILE} ORDER BY m.person LIMIT %s""",
            (workspace.pk, after, *values, most),
        )
        return list(cursor.fetchall())


def _searches(dated: Sequence[tuple[Trigger, date]]) -> dict[tuple[str, int, int], set[str]]:
    found: dict[tuple[str, int, int], set[str]] = {}
    for trigger, day in dated:
        start, length, texts = calendar.fragments(trigger, day)
        found.setdefault((trigger.name.removeprefix("person."), start, length), set()).update(texts)
    return found
