"""What the calendar asks of live dialogues: letting an audience in on its day and at its pace, broadcasts, birthdays, newsletters."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.runs import audiences
from duologue.engage.runs.admissions import admit
from duologue.engage.runs.experiments import next_look, settle, still_settled
from duologue.engage.runs.models import Timetable
from duologue.engage.runs.moving import version_of
from duologue.engage.runs.parts import let_in_by_parts
from duologue.engage.runs.watching import EVERY, next_watch, stop, tells_nothing_yet
from duologue.engage.runs.watermark import watermark
from duologue.kit.clock import parse_duration
from duologue.strategize.dialogues.rules import calendar, pacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.runs.admissions import Candidate
    from duologue.engage.runs.audiences import Page
    from duologue.engage.runs.beside import Beside
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

AT_ONCE: Final = 10_000
PAST: Final = timedelta(days=1)  # what was missed by more is not made up for


@transaction.atomic
def open_timetable(*, workspace: Workspace, dialogue: int, now: datetime) -> None:
    """Give a dialogue that goes live its timetable, or have the one it has looked at now; what it had begun is kept."""
    _, is_new = Timetable.within(workspace).get_or_create(
        workspace=workspace, dialogue_id=dialogue, defaults={"version": 0, "until": now, "since": now, "looked_at": now}
    )
    if not is_new:
        look_again(workspace=workspace, dialogue=dialogue, at=now)
        go_on_after_stop(workspace=workspace, dialogue=dialogue, at=now)


def go_on_after_stop(*, workspace: Workspace, dialogue: int, at: datetime) -> None:
    """Let a dialogue that had stopped itself go on where it was, however long that is ago; only what leaves from now on is watched."""
    Timetable.within(workspace).filter(dialogue=dialogue, stopped_at__isnull=False).update(watched_from=at, stopped_at=None, next_at=at)


def look_again(*, workspace: Workspace, dialogue: int, at: datetime) -> None:
    """Have a dialogue looked at no later than this, since there may be someone to let in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE engage_timetable SET next_at = least(next_at, %s) WHERE workspace_id = %s AND dialogue_id = %s",
            (at, workspace.pk, dialogue),
        )


@transaction.atomic
def keep(workspace: Workspace, now: datetime) -> int:
    """Do the next thing that is due in one live dialogue; return how many people were considered and things done, 0 when nothing is."""
    due = _due(workspace, now)
    if due is None:
        return 0
    version = version_of(workspace, due.dialogue_id)
    if version is None:
        return 0
    if due.version != version.number:
        return _read_again(workspace, version, due, now)
    return _turn_to(workspace, version, due, now)


def keep_dialogue(workspace: Workspace, version: Version, now: datetime, threads: Beside | None = None) -> tuple[int, int]:
    """Let in what may be let in of a dialogue's audience just now: (how many were considered, how many began).

    With `threads`, by all of them at once where nothing counts those who began.
    """
    with transaction.atomic():
        row = Timetable.within(workspace).select_for_update().get(dialogue_id=version.dialogue)
        if row.version != version.number:
            _read_again(workspace, version, row, now)
        found = _let_in(workspace, version, row, now, threads if version.plan.first is None and version.plan.pace is None else None)
        row.next_at = _sooner(row.next_at, next_watch(workspace, version, now))
        row.save()
        return found


def _due(workspace: Workspace, now: datetime) -> Timetable | None:
    """Lock and return a timetable that has something to do, or is of another version than the one in force."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id FROM engage_timetable t
               JOIN strategize_dialogue d ON d.workspace_id = t.workspace_id AND d.id = t.dialogue_id AND d.state = 'live'
               WHERE t.workspace_id = %s AND (t.version <> d.current OR t.next_at <= %s)
               ORDER BY t.next_at, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED""",
            (workspace.pk, now),
        )
        found = cursor.fetchone()
    return Timetable.within(workspace).get(pk=found[0]) if found else None


def _read_again(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> int:
    """Work out what comes next by the version in force; a moment in hand is gone through to its end. Another pace is counted anew."""
    former = version_of(workspace, row.dialogue_id, row.version)
    if former is None or former.plan.pace != version.plan.pace:
        row.since, row.begun = now, 0
    if former is None or former.plan.first != version.plan.first:
        row.tried, row.held_until = 0, None
    row.settled = still_settled(row, former, version)
    row.version = version.number
    if not any(trigger.is_timed for trigger in version.plan.starts):
        _let_go(row)
    if row.at is None:
        row.next_at = _next(workspace, version, row)
    row.save()
    return 1


def _turn_to(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> int:
    done = 1 + settle(workspace, version, row, now)
    if stop(workspace, version, row, now):
        row.save()
        return done
    if lets_in_all(version):
        done += _let_in(workspace, version, row, now)[0]
    elif any(trigger.is_timed for trigger in version.plan.starts):
        _fire(workspace, version, row, now)
    else:
        row.until, row.next_at = max(row.until, now), next_look(version, row)
    row.next_at = _sooner(row.next_at, next_watch(workspace, version, now))
    row.save()
    return done


def lets_in_all(version: Version) -> bool:
    """Say whether a dialogue begins for everyone in its audience, by being in it."""
    return bool(version.plan.audience) and not version.plan.starts


def _next(workspace: Workspace, version: Version, row: Timetable) -> datetime | None:
    """Return when there is something to do next, after what was done."""
    if lets_in_all(version):
        opens = calendar.open_from(version.plan, workspace.timezone)
        return max(opens, row.until) if opens else row.until
    return _sooner(_next_moment(workspace, version, row.until), next_look(version, row))


def _next_moment(workspace: Workspace, version: Version, after: datetime) -> datetime | None:
    if not any(trigger.is_timed for trigger in version.plan.starts):
        return None
    return calendar.next_moment(version.plan.starts, _clocks(workspace, version), after)


def _clocks(workspace: Workspace, version: Version) -> list[str]:
    return calendar.clocks(version.plan, audiences.zones(workspace), workspace.timezone)


def _let_in(workspace: Workspace, version: Version, row: Timetable, now: datetime, threads: Beside | None = None) -> tuple[int, int]:
    """Admit those of the audience who have not been considered, as many as the pace allows; return (considered, began)."""
    plan = version.plan
    opens, closes = calendar.open_from(plan, workspace.timezone), calendar.open_until(plan, workspace.timezone)
    if opens is not None and now < opens:
        row.next_at = opens
        return 0, 0
    row.next_at = next_look(version, row)
    if closes is not None and now >= closes:
        return 0, 0
    row.since = pacing.moved_on(max(row.since, opens or row.since), row.until, now)
    row.until = max(row.until, now - pacing.DAY)  # what a spell without anyone moves on is moved on once
    if threads is not None and (found := let_in_by_parts(workspace, version, row, now, threads)) is not None:
        return found
    most = _room(workspace, version, row, now)
    batch = audiences.not_considered(workspace, version, most + 1, after=row.after)
    if not batch and row.after:  # some may have come behind the last one
        row.after = 0
        batch = audiences.not_considered(workspace, version, most + 1)
    if not batch:
        return 0, 0
    row.until = max(row.until, now)
    began = _admit(workspace, version, row, batch[:most], now)
    row.after = max((one.person for one in batch[:most]), default=row.after)
    if len(batch) > most:
        again = _again(row, now, is_paced=most < _to_try(plan, row, before=began))
        row.next_at = min(again, row.next_at or again)
    return min(len(batch), most), began


def _room(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> int:
    """Return how many may begin just now; what a pace would have let in before, and found nobody or was not live, is forgone."""
    plan = version.plan
    if row.held_until is not None:
        if now >= row.held_until:
            row.held_until = now + EVERY if tells_nothing_yet(workspace, version, row, now) else None
        if row.held_until is not None:
            return 0
    most = _to_try(plan, row)
    if plan.pace is None:
        return most
    row.begun = pacing.forgone(plan.pace, row.since, row.begun, now)
    return max(0, min(most, pacing.allowed(plan.pace, row.since, now) - row.begun))


def _to_try(plan: Plan, row: Timetable, *, before: int = 0) -> int:
    """Return how many may begin at once whatever the pace: of those who come first, as many as are left (or were, before some began)."""
    if plan.first is None or row.tried - before >= plan.first.people:
        return AT_ONCE
    return min(AT_ONCE, plan.first.people - row.tried + before)


def _admit(workspace: Workspace, version: Version, row: Timetable, candidates: Sequence[Candidate], now: datetime) -> int:
    """Admit people and count those who began; once the first are all there, the others are held back for a while."""
    plan = version.plan
    is_first = plan.first is not None and row.tried < plan.first.people
    for one in candidates:
        one.is_first = is_first
    until = watermark(workspace, now)
    began = admit(workspace=workspace, version=version, candidates=candidates, now=now, watermark=until)
    row.begun += began
    if plan.first is None or not is_first:
        return began
    row.tried += began
    if row.tried >= plan.first.people:
        row.held_until = now + parse_duration(plan.first.hold)
    return began


def _again(row: Timetable, now: datetime, *, is_paced: bool) -> datetime:
    """Return when more may be let in: after the first ones' while, with the next hour of a pace, or at once."""
    if row.held_until is not None and now < row.held_until:
        return row.held_until
    return pacing.next_step(row.since, now) if is_paced else now


def _fire(workspace: Workspace, version: Version, row: Timetable, now: datetime) -> None:
    """Go on with the moment in hand, or take up the next one that has come. What lay still for too long is not gone on with."""
    lost = row.next_at if row.at is not None else _next_moment(workspace, version, row.until)
    if lost is not None and now - lost > PAST:
        row.cut_at = now
        _let_go(row)
    if row.at is None:
        at = _next_moment(workspace, version, max(row.until, now - PAST))
        if at is None or at > now:
            row.until = max(row.until, now)
            row.next_at = _sooner(at, next_look(version, row))
            return
        row.at, row.after, row.begun, row.since = at, 0, 0, at
        _begin_issue(workspace, version, row, at)
    most = _room(workspace, version, row, now)
    if not most:
        row.next_at = _again(row, now, is_paced=True)
        return
    page: Page = audiences.whose_moment(workspace, version, row.at, _clocks(workspace, version), after=row.after, most=most)
    _admit(workspace, version, row, page.candidates, now)
    row.after, row.next_at = page.last, now
    if page.is_last:
        _let_go(row)
        row.next_at = _sooner(_next_moment(workspace, version, row.until), next_look(version, row))


def _begin_issue(workspace: Workspace, version: Version, row: Timetable, at: datetime) -> None:
    """Take the care of a beginning anew where a moment is of a new issue; the same day on all clocks is one."""
    issue = calendar.day_of(version.plan.starts, _clocks(workspace, version), at)
    if row.issue is None or issue > row.issue:
        row.issue, row.tried, row.held_until, row.watched_from = issue, 0, None, at


def goes_on_until(row: Timetable, next_at: datetime | None) -> datetime | None:
    """Return up to when a dialogue that stands still may go on, and its moment in hand, or the next one, is still made use of."""
    from_when = row.next_at if row.at is not None else next_at
    return from_when + PAST if from_when is not None else None


def _let_go(row: Timetable) -> None:
    """Be done with the moment in hand, if there is one."""
    if row.at is not None:
        row.until, row.at, row.after = row.at, None, 0


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
