"""Reading broadcasts: which there are, where each stands, and how its letters do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.broadcasts import lately
from duologue.engage.broadcasts.rules.standing import standing_of
from duologue.engage.broadcasts.rules.texts import is_broadcast, read_back
from duologue.engage.messages.models import MessageVersion, TrialResult
from duologue.engage.messages.rules.trials import Tried
from duologue.engage.messages.trials import figures
from duologue.engage.runs import audiences
from duologue.engage.runs import timetable as timetables
from duologue.engage.runs.audiences import zones
from duologue.engage.runs.models import Timetable
from duologue.engage.runs.watching import reactions
from duologue.kit.clock import zone_named
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules import calendar
from duologue.strategize.dialogues.rules.plan import from_json

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.engage.broadcasts.rules.texts import Broadcast
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

SHOWN = 100
AWAITED = ("queued", "handing_over")


@dataclass(slots=True)
class Found:
    """A broadcast: its dialogue and plan, what the screen asks (None where only text can say it), where it stands, its letters by state.

    `next_at` is when it leaves next; `held_until` when the others follow the first ones; `issue` the day of the last one that left;
    `age` how many seconds ago the letters were counted; `goes_on_until` up to when, while paused, whoever was not let in yet still is;
    `was_cut` says that it lay still for longer than that.
    """

    dialogue: Dialogue
    plan: Plan
    broadcast: Broadcast | None
    standing: str
    letters: dict[str, int]
    next_at: datetime | None = None
    held_until: datetime | None = None
    issue: str = ""
    age: int = 0
    goes_on_until: datetime | None = None
    was_cut: bool = False

    @property
    def planned(self) -> int:
        """Return how many letters there are in all."""
        return sum(self.letters.values())

    @property
    def waiting(self) -> int:
        """Return how many have not left yet."""
        return sum(self.letters.get(state, 0) for state in AWAITED)


def broadcasts(workspace: Workspace, now: datetime) -> list[Found]:
    """Return the newest broadcasts and newsletters; a handful of queries, however many there are."""
    versions = DialogueVersion.within(workspace).select_related("dialogue").order_by("-published_at", "-pk")
    rows = list(versions.extra(where=['"strategize_dialogueversion"."number" = "strategize_dialogue"."current"'])[: SHOWN * 5])
    plans = [(row, plan) for row in rows if is_broadcast(plan := from_json(row.plan))][:SHOWN]
    return _found(workspace, plans, now)


def is_one(workspace: Workspace, dialogue: Dialogue) -> bool:
    """Say whether a dialogue, as it is in force, is a broadcast."""
    version = DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).first()
    return version is not None and is_broadcast(from_json(version.plan))


def find(workspace: Workspace, name: str, now: datetime) -> Found | None:
    """Return one broadcast, with what the screen asks; None where there is none of this name."""
    dialogue = Dialogue.within(workspace).filter(name=name).first()
    version = dialogue and DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).first()
    if not dialogue or not version:
        return None
    plan = from_json(version.plan)
    if not is_broadcast(plan):
        return None
    version.dialogue = dialogue
    (one,) = _found(workspace, [(version, plan)], now)
    local = now.astimezone(zone_named(workspace.timezone)).replace(tzinfo=None)
    one.broadcast = read_back(dialogue.draft, said_of(workspace, plan, version.pins), local)
    return one


def said_of(workspace: Workspace, plan: Plan, pins: dict[str, dict[str, int]]) -> dict[str, Any] | None:
    """Return the data of the message that a broadcast says, in the version that is pinned."""
    (turn,) = plan.turns.values()
    rows = MessageVersion.within(workspace).filter(message__name=turn.message).order_by("-number")
    pinned = pins.get("messages", {}).get(turn.message or "")
    row = (rows.filter(number=pinned) if pinned else rows).first()
    return row.data["message"] if row else None


def letters_of(workspace: Workspace, dialogues: Collection[int]) -> dict[int, tuple[dict[str, int], int]]:
    """Return for each dialogue its letters by state, and how many seconds ago they were counted: a moment, where they are many."""
    known = {number: lately.held(("letters", workspace.pk, number)) for number in dialogues}
    fresh = _count_letters(workspace, [number for number, found in known.items() if found is None])
    for number, letters in fresh.items():
        moves = any(letters.get(state) for state in AWAITED)
        lately.keep(("letters", workspace.pk, number), letters, letters=sum(letters.values()), moves=moves)
    return {number: found if found is not None else (fresh[number], 0) for number, found in known.items()}


def _count_letters(workspace: Workspace, dialogues: Collection[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {number: {} for number in dialogues}
    if not found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT dialogue_id, state, count(*) FROM engage_delivery WHERE workspace_id = %s AND dialogue_id = ANY(%s) GROUP BY 1, 2""",
            (workspace.pk, list(dialogues)),
        )
        for dialogue, state, number in cursor.fetchall():
            found[dialogue][state] = number
    return found


def waits_for(workspace: Workspace, one: Found) -> list[tuple[str, int, datetime]]:
    """Return what letters wait for, as (reason, how many, the next moment); without a reason, their turn."""
    key = ("waits", workspace.pk, one.dialogue.pk)
    return lately.counted(key, lambda: _waits_for(workspace, one.dialogue.pk), letters=one.planned, moves=bool(one.waiting))


def _waits_for(workspace: Workspace, dialogue: int) -> list[tuple[str, int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT CASE WHEN reason = '' AND body->>'variant' = 'best' THEN 'test' ELSE reason END, count(*), min(due_at)
               FROM engage_delivery WHERE workspace_id = %s AND dialogue_id = %s AND state = 'queued' GROUP BY 1 ORDER BY 2 DESC""",
            (workspace.pk, dialogue),
        )
        return list(cursor.fetchall())


@dataclass(slots=True, frozen=True)
class Taken:
    """How letters were taken: how many left, how many of those bounced, were reported, made people leave; the test's figures and winner."""

    left: int
    came: dict[str, int]
    tried: dict[str, Tried]
    winner: str
    subjects: dict[str, str]


def taken(workspace: Workspace, one: Found, said: dict[str, Any] | None) -> Taken:
    """Return how a broadcast's letters were taken so far."""
    (turn,) = one.plan.turns.values()
    (left, came), counted = lately.counted(
        ("taken", workspace.pk, one.dialogue.pk, one.issue), lambda: _taken(workspace, one), letters=one.planned, moves=bool(one.waiting)
    )
    tried = {variant: counted.get(variant, Tried(0, 0)) for variant in (turn.test.of if turn.test else ())}
    result = TrialResult.within(workspace).filter(dialogue=one.dialogue, turn=turn.name, issue=one.issue).order_by("-at").first()
    email = (said or {}).get("email") or {}
    own = {name: (variant.get("email") or variant).get("subject", "") for name, variant in ((said or {}).get("variants") or {}).items()}
    return Taken(left, came, tried, result.variant if result else "", {"plain": email.get("subject", ""), **own})


def _taken(workspace: Workspace, one: Found) -> tuple[tuple[int, dict[str, int]], dict[str, Tried]]:
    (turn,) = one.plan.turns.values()
    tried = figures(workspace, one.dialogue.pk, turn.name, one.issue, by=turn.test.by) if turn.test else {}
    return reactions(workspace, one.dialogue.pk, None), tried


def _found(workspace: Workspace, plans: Sequence[tuple[DialogueVersion, Plan]], now: datetime) -> list[Found]:
    ids = [row.dialogue_id for row, _ in plans]
    letters = letters_of(workspace, ids)
    timetables = {row.dialogue_id: row for row in Timetable.within(workspace).filter(dialogue__in=ids)}
    there = zones(workspace) if plans else []
    return [_stand(workspace, row, plan, letters[row.dialogue_id], timetables.get(row.dialogue_id), there, now) for row, plan in plans]


def _stand(  # noqa: PLR0917 - all that settles where one stands
    workspace: Workspace,
    row: DialogueVersion,
    plan: Plan,
    counted: tuple[dict[str, int], int],
    timetable: Timetable | None,
    there: list[str],
    now: datetime,
) -> Found:
    letters, age = counted
    after = timetable.until if timetable else now
    next_at = calendar.next_moment(plan.starts, calendar.clocks(plan, there, workspace.timezone), after)
    standing = standing_of(
        row.dialogue.state,
        stopped=bool(timetable and timetable.stopped_at),
        in_hand=bool(timetable and timetable.at),
        waiting=sum(letters.get(state, 0) for state in AWAITED),
        next_at=next_at,
        now=now,
    )
    held = timetable.held_until if timetable and timetable.at and timetable.held_until and timetable.held_until > now else None
    issue = timetable.issue.isoformat() if timetable and timetable.issue else ""
    until = timetables.goes_on_until(timetable, next_at) if timetable and standing == "paused" else None
    return Found(row.dialogue, plan, None, standing, letters, next_at, held, issue, age, until, bool(timetable and timetable.cut_at))


def not_let_in(workspace: Workspace, one: Found) -> int:
    """Return how many people of its segment a broadcast that lies still, or lay still for too long, has not been let in for."""
    is_over = one.was_cut and one.next_at is None
    if not (is_over or one.goes_on_until) or any(trigger.kind != "at" for trigger in one.plan.starts):
        return 0
    key = ("not let in", workspace.pk, one.dialogue.pk)
    return lately.counted(key, lambda: audiences.never_considered(workspace, one.plan, one.dialogue.pk), letters=one.planned, moves=False)
