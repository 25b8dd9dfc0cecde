"""Who hears from other dialogues soon: what is queued, whose moment comes, whose wait or silence ends; by sets, never person by person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from duologue.engage.runs.admissions import consider
from duologue.engage.runs.audiences import whose_date_comes, zones
from duologue.engage.runs.models import Timetable
from duologue.engage.runs.plans import active
from duologue.platform.database import arrays
from duologue.strategize.dialogues.rules import calendar, pacing
from duologue.strategize.dialogues.rules.foresight import may_speak_from, may_speak_on_waking
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.runs.plans import Active, Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

EVERYBODY: Final = 2**63 - 1
COMING: Final = """
(SELECT m.person, c.dialogue FROM unnest(%(dialogues)s::bigint[], %(segments)s::bigint[], %(afters)s::bigint[], %(uptos)s::bigint[])
    AS c (dialogue, segment, after, upto)
 JOIN strategize_segmentmember m ON m.workspace_id = %(workspace)s AND m.segment_id = c.segment AND m.member
    AND m.person > c.after AND m.person <= c.upto {of_members}
 EXCEPT SELECT m.person, e.dialogue FROM unnest(%(leaving)s::bigint[], %(left_out)s::bigint[]) AS e (dialogue, segment)
 JOIN strategize_segmentmember m ON m.workspace_id = %(workspace)s AND m.segment_id = e.segment AND m.member {of_members})
UNION SELECT p.person, r.dialogue_id FROM engage_run r
JOIN unnest(%(versions)s::bigint[], %(turns)s::text[]) AS t (version, turn) ON t.version = r.version_id AND t.turn = r.turn
JOIN people_profile p ON p.workspace_id = r.workspace_id AND p.id = r.profile_id {of_profiles}
WHERE r.workspace_id = %(workspace)s AND r.under_way AND r.wake_at <= %(soon)s AND r.phase <> 'sending'
UNION SELECT d.person, d.dialogue FROM unnest(%(dated)s::bigint[], %(dates_of)s::bigint[]) AS d (person, dialogue) {of_dated}"""
OF_ALL: Final = COMING.format(of_members="", of_profiles="", of_dated="")
OF_SOME: Final = COMING.format(
    of_members="AND m.person = ANY(%(persons)s)",
    of_profiles="AND p.person = ANY(%(persons)s)",
    of_dated="WHERE d.person = ANY(%(persons)s)",
)
QUEUED: Final = """
SELECT p.person, d.dialogue_id FROM people_profile p
JOIN engage_delivery d ON d.workspace_id = p.workspace_id AND d.profile_id = p.id
WHERE p.workspace_id = %(workspace)s AND p.person = ANY(%(persons)s) AND d.state = 'queued' AND d.due_at <= %(soon)s
  AND d.dialogue_id <> %(but)s"""


@dataclass(slots=True)
class Coming:
    """What other dialogues have to say until `soon`: `names` by number, and `asked`, by which `OF_ALL` says to whom."""

    workspace: Workspace
    names: dict[int, str]
    asked: dict[str, Any] = field(default_factory=dict)

    def heard_by(self, persons: Sequence[int]) -> dict[str, int]:
        """Return by dialogue how many of these people hear from it, what is in the queue for them included."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT g.name, count(*) FROM ({OF_SOME} UNION {QUEUED}) k "
                "JOIN strategize_dialogue g ON g.workspace_id = %(workspace)s AND g.id = k.dialogue GROUP BY g.name",
                {**self.asked, "persons": arrays.numbers(persons)},
            )
            return dict(cursor.fetchall())


def coming(workspace: Workspace, but: int, now: datetime, soon: datetime) -> Coming:
    """Return what live dialogues but one have to say until `soon`.

    Whoever is in the audience of one whose next moment comes by then on the first of its clocks counts, at a pace as many as it lets in,
    and so does whoever begins by a date of their own, as a birthday. Who began already counts where their wait or silence ends by then
    and something is said.
    """
    others = [one for one in active(workspace) if one.is_live and one.dialogue != but]
    tables = {row.dialogue_id: row for row in Timetable.within(workspace).filter(dialogue__in=[one.dialogue for one in others])}
    numbers = dict(Segment.within(workspace).values_list("name", "pk"))
    lets_in = [
        (one.dialogue, numbers[plan.audience], *span, [numbers[name] for name in plan.excepts if name in numbers])
        for one in others
        if one.current and (plan := one.current.plan).audience in numbers and (span := _span(workspace, one, tables, numbers, now, soon))
    ]
    waking = [(version.id, name) for one in others for version in one.versions for name in _speak_on_waking(version)]
    dated = [(person, one.dialogue) for one in others for person in _by_own_date(workspace, one, now, soon)]
    asked = {
        "workspace": workspace.pk,
        "but": but,
        "soon": soon,
        "dialogues": arrays.numbers(row[0] for row in lets_in),
        "segments": arrays.numbers(row[1] for row in lets_in),
        "afters": arrays.numbers(row[2] for row in lets_in),
        "uptos": arrays.numbers(row[3] for row in lets_in),
        "leaving": arrays.numbers(row[0] for row in lets_in for _ in row[4]),
        "left_out": arrays.numbers(segment for row in lets_in for segment in row[4]),
        "dated": arrays.numbers(person for person, _ in dated),
        "dates_of": arrays.numbers(dialogue for _, dialogue in dated),
        "versions": arrays.numbers(version for version, _ in waking),
        "turns": arrays.texts(name for _, name in waking),
    }
    return Coming(workspace, {one.dialogue: one.name for one in others}, asked)


def _span(  # noqa: PLR0917 - all that it hangs on
    workspace: Workspace, one: Active, tables: Mapping[int, Timetable], numbers: Mapping[str, int], now: datetime, soon: datetime
) -> tuple[int, int] | None:
    """Return above which person and up to which a dialogue lets its audience in until `soon`; None where it lets nobody in by then."""
    row = tables.get(one.dialogue)
    if row is None or one.current is None or not may_speak_from(one.current.plan, one.current.plan.start):
        return None
    plan = one.current.plan
    at = row.at or _moment(workspace, plan, max(row.until, now))
    if at is None or at > soon or not calendar.is_open(plan, workspace.timezone, max(at, now)):
        return None
    if plan.pace is None:
        return row.after if row.at else 0, EVERYBODY
    since, begun, after = (at, 0, 0) if plan.starts and row.at is None else (row.since, row.begun, row.after)
    since = max(since, calendar.open_from(plan, workspace.timezone) or since)
    if since <= now:
        begun = pacing.forgone(plan.pace, since, begun, now)
    most = pacing.allowed(plan.pace, since, soon) - begun
    return (after, _person_at(workspace, numbers[plan.audience], after, most)) if most > 0 else None


def _by_own_date(workspace: Workspace, one: Active, now: datetime, soon: datetime) -> Iterator[int]:
    """Yield who begins a dialogue by a date of their own until `soon`, by the rules of admission; a few queries for each 5,000 people."""
    version = one.current
    if version is None or not may_speak_from(version.plan, version.plan.start):
        return
    if all(trigger.kind != "date" for trigger in version.plan.starts):
        return
    clocks = calendar.clocks(version.plan, zones(workspace), workspace.timezone)
    for page in whose_date_comes(workspace, version, now, soon, clocks):
        yield from (candidate.person for candidate, verdict in consider(workspace, version, page.candidates, soon) if verdict.start)


def _moment(workspace: Workspace, plan: Plan, after: datetime) -> datetime | None:
    """Return when a plan lets its audience in next: on its day, at its pace, at the calendar's moment."""
    if not plan.starts:
        opens = calendar.open_from(plan, workspace.timezone)
        return opens if opens is not None and opens > after else after if plan.pace else None
    timed = [trigger for trigger in plan.starts if trigger.kind in {"at", "every"}]
    return calendar.next_moment(timed, calendar.clocks(plan, zones(workspace), workspace.timezone), after) if timed else None


def _person_at(workspace: Workspace, segment: int, after: int, place: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person FROM strategize_segmentmember WHERE workspace_id = %s AND segment_id = %s AND member AND person > %s
               ORDER BY person LIMIT 1 OFFSET %s""",
            (workspace.pk, segment, after, place - 1),
        )
        found = cursor.fetchone()
    return int(found[0]) if found else EVERYBODY


def _speak_on_waking(version: Version) -> list[str]:
    return [name for name in version.plan.turns if may_speak_on_waking(version.plan, name)]
