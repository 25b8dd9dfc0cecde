"""The inbox: who waits, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import connection

from duologue.engage.conversations.models import LAST, Conversation, Entry, Team

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Waiting:
    """One line of the inbox."""

    id: int
    person: int
    name: str
    state: str
    held_by: str
    team: str
    intent: str
    is_complaint: bool
    priority: int
    due_at: datetime | None
    opened_at: datetime
    assigned: str
    touched_at: datetime
    outcome: str
    last_words: str
    last_channel: str


@dataclass(slots=True, frozen=True)
class Counts:
    """How much is open: in all, complaints, late ones, and of each team."""

    open: int
    complaints: int
    late: int
    by_team: dict[str, int]
    mine: int
    nobodys: int


__all__ = ["LAST", "NOBODY", "Counts", "Late", "Waiting", "conversation", "entries", "inbox", "last_channels", "late", "next_overdue"]
__all__ += ["of_person", "open_counts", "teams"]

NOBODY: Final = 0
NEXT: Final = """SELECT min(due_at) FROM engage_conversation
    WHERE workspace_id = %(workspace)s AND state = 'open' AND NOT overdue_told AND due_at IS NOT NULL"""


def next_overdue(workspace: Workspace) -> datetime | None:
    """Return the next moment at which an open conversation becomes overdue."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        return cast("datetime | None", cursor.fetchone()[0])


def inbox(
    workspace: Workspace,
    *,
    state: str = "open",
    team: str | None = None,
    whose: int | None = None,
    before: tuple[datetime, int] | None = None,
    after: tuple[datetime, datetime, int] | None = None,
    limit: int = 50,
) -> list[Waiting]:
    """Return conversations: open ones with what is due first at the head, closed ones last touched first.

    `whose` is a colleague's id, or NOBODY. The page before ended, for open ones, `after` (due_first, opened_at, id), for closed ones
    `before` (touched_at, id). One query however many there are.
    """
    is_open = state == Conversation.State.OPEN
    conditions = ["c.workspace_id = %s", f"c.state = '{'open' if is_open else 'closed'}'"]  # written out: the queue's index is of open ones
    values: list[Any] = [workspace.pk]
    if team is not None:
        conditions.append("c.team = %s")
        values.append(team)
    if whose is not None:
        conditions.append("c.assigned_id IS NULL" if whose == NOBODY else "c.assigned_id = %s")
        values.extend([] if whose == NOBODY else [whose])
    if after is not None and is_open:
        conditions.append("(c.due_first, c.opened_at, c.id) > (%s, %s, %s)")
        values.extend(after)
    if before is not None and not is_open:
        conditions.append("(c.touched_at, c.id) < (%s, %s)")
        values.extend(before)
    order = "c.due_first, c.opened_at, c.id" if is_open else "c.touched_at DESC, c.id DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id, p.person, p.name, c.state, c.held_by, c.team, c.intent, c.is_complaint, c.priority,
                       least(c.due_at, c.answer_by), c.opened_at, coalesce(nullif(s.name, ''), s.email, ''),
                       c.touched_at, c.outcome, coalesce(left(e.text, 200), ''), coalesce(e.channel, '')
                FROM engage_conversation c
                JOIN people_profile p ON p.workspace_id = c.workspace_id AND p.id = c.profile_id
                LEFT JOIN platform_staff s ON s.id = c.assigned_id
                LEFT JOIN LATERAL (SELECT text, channel FROM engage_entry WHERE workspace_id = c.workspace_id AND conversation_id = c.id
                                   AND direction <> 'note' ORDER BY at DESC, id DESC LIMIT 1) e ON true
                WHERE {" AND ".join(conditions)} ORDER BY {order} LIMIT %s""",
            [*values, limit],
        )
        return [Waiting(*row) for row in cursor.fetchall()]


def open_counts(workspace: Workspace, now: datetime, staff: int | None = None) -> Counts:
    """Return what is open: in all, complaints, late by now, per team ('' for none), this colleague's, and nobody's."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT team, count(*), count(*) FILTER (WHERE is_complaint), count(*) FILTER (WHERE due_first <= %s),
                      count(*) FILTER (WHERE assigned_id = %s), count(*) FILTER (WHERE assigned_id IS NULL)
               FROM engage_conversation WHERE workspace_id = %s AND state = 'open' GROUP BY team ORDER BY team""",
            (now, staff, workspace.pk),
        )
        rows = cursor.fetchall()
    of_all, complaints, late, mine, nobodys = (sum(row[place] for row in rows) for place in range(1, 6))
    return Counts(of_all, complaints, late, {row[0]: row[1] for row in rows}, mine, nobodys)


@dataclass(slots=True, frozen=True)
class Late:
    """Somebody who should have had an answer by now, and since when."""

    conversation: int
    name: str
    since: datetime


def late(workspace: Workspace, now: datetime, most: int = 3) -> list[Late]:
    """Return those who have waited longest beyond their time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, p.name, c.due_first FROM engage_conversation c
               JOIN people_profile p ON p.workspace_id = c.workspace_id AND p.id = c.profile_id
               WHERE c.workspace_id = %s AND c.state = 'open' AND c.due_first <= %s ORDER BY c.due_first, c.opened_at, c.id LIMIT %s""",
            (workspace.pk, now, most),
        )
        return [Late(*row) for row in cursor.fetchall()]


def conversation(workspace: Workspace, pk: int) -> Conversation | None:
    """Return one conversation, or None."""
    return Conversation.within(workspace).select_related("assigned").filter(pk=pk).first()


def of_person(workspace: Workspace, profiles: Sequence[int]) -> list[Conversation]:
    """Return the conversations of a person's profiles, last touched first (more than one only after a merge)."""
    return list(Conversation.within(workspace).filter(profile_id__in=list(profiles)).order_by("-touched_at"))


def entries(workspace: Workspace, pk: int, limit: int = 200) -> list[Entry]:
    """Return what was said in one conversation, oldest first, with who of the staff wrote and what became of it; the latest `limit`."""
    said = Entry.within(workspace).filter(conversation=pk).select_related("staff", "delivery")
    rows: list[Any] = list(said.order_by("-at", "-id")[:limit])
    return rows[::-1]


def last_channels(workspace: Workspace, persons: Sequence[int]) -> dict[int, str]:
    """Return the channel by which each person wrote last, over all their profiles; who never wrote is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (p.person) p.person, e.channel FROM people_profile p
               JOIN engage_conversation c ON c.workspace_id = p.workspace_id AND c.profile_id = p.id
               JOIN engage_entry e ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.direction = 'in'
               WHERE p.workspace_id = %s AND p.person = ANY(%s) ORDER BY p.person, e.at DESC, e.id DESC""",
            (workspace.pk, list(persons)),
        )
        return dict(cursor.fetchall())


def teams(workspace: Workspace) -> list[Team]:
    """Return the teams by name."""
    return list(Team.within(workspace).order_by("name"))
