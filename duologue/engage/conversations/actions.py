"""Opening, taking over, answering and closing conversations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.engage.care.queries import current as current_care
from duologue.engage.care.rules import HANDED_OVER, answer_by
from duologue.engage.conversations.models import Conversation, Entry
from duologue.engage.conversations.rules import PURPOSE, priority_of
from duologue.engage.messages.actions import NewDelivery, plan
from duologue.engage.messages.rules.body import remembered
from duologue.kit.pipeline import Refused
from duologue.people.consent import actions as consent
from duologue.people.consent.queries import suppressed
from duologue.people.identifiers.queries import identifiers_of
from duologue.people.profiles.queries import persons_of
from duologue.people.profiles.rules import shard_of
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.engage.perks.actions import Reserved
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

__all__ = ["NewHandOver", "Refused", "answer", "assign", "close", "hand_over", "hand_over_all", "locked", "note", "open_for"]

TOO_LATE = timedelta(days=14)


@dataclass(slots=True, frozen=True)
class NewHandOver:
    """A run hands its person to a team. `run` and `run_seq` are told again when the conversation is closed or overdue."""

    person: int
    profile: int
    team: str
    brief: str = ""
    priority: str | int = "normal"
    due_at: datetime | None = None
    pause: str = "promotion"  # or none
    run: int | None = None
    run_seq: int | None = None


def hand_over(
    *,
    workspace: Workspace,
    person: int,
    profile: int,
    team: str,
    brief: str = "",
    priority: str | int = "normal",
    due_at: datetime | None = None,
    pause: str = "promotion",
    run: int | None = None,
    run_seq: int | None = None,
    now: datetime,
) -> int:
    """Give one person's conversation to a team and return its id; see `hand_over_all`."""
    handed = NewHandOver(person, profile, team, brief, priority, due_at, pause, run, run_seq)
    return hand_over_all(workspace=workspace, hand_overs=[handed], now=now)[person]


@transaction.atomic
def hand_over_all(*, workspace: Workspace, hand_overs: Sequence[NewHandOver], now: datetime) -> dict[int, int]:
    """Open (or take over) the conversations of these people for their teams; return the conversation of each person.

    One statement each for finding, opening and telling the timeline. Pausing promotion lasts until the conversation is closed.
    Where a batch names a person twice, the last one counts.
    """
    latest = list({handed.person: handed for handed in hand_overs}.values())
    opened = open_for(workspace=workspace, people=[(h.person, h.profile) for h in latest], now=now)
    target = answer_by(current_care(workspace), HANDED_OVER, workspace.timezone, now)  # for those whose dialogue says none
    columns: list[list[Any]] = [
        [opened[h.person] for h in latest],
        [h.team for h in latest],
        [h.brief for h in latest],
        [priority_of(h.priority) for h in latest],
        [h.due_at for h in latest],
        [h.run for h in latest],
        [h.run_seq for h in latest],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_conversation c SET state = 'open', held_by = 'human', team = n.team, brief = n.brief,
                      priority = least(n.priority, CASE WHEN c.state = 'open' THEN c.priority ELSE 9 END), due_at = n.due_at,
                      answer_by =
                        least(CASE WHEN c.state = 'open' THEN c.answer_by END, CASE WHEN n.due_at IS NULL THEN %s::timestamptz END),
                      run_id = n.run_id, run_seq = n.run_seq, overdue_told = false, outcome = '', closed_at = NULL,
                      opened_at = CASE WHEN c.state = 'open' THEN c.opened_at ELSE %s END, touched_at = %s
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::timestamptz[], %s::bigint[], %s::integer[])
                    AS n (id, team, brief, priority, due_at, run_id, run_seq)
               WHERE c.workspace_id = %s AND c.id = n.id""",
            [target, now, now, *columns, workspace.pk],
        )
    events = [
        NewEvent(h.profile, now, names.CONVERSATION_OPENED, {"conversation": opened[h.person], "intent": "", "team": h.team}, run_id=h.run)
        for h in latest
    ]
    timeline.write(workspace=workspace, events=events, now=now)
    for handed in latest:
        if handed.pause == "promotion":
            consent.pause(workspace=workspace, profile_id=handed.profile, because="complaint", since=now, until=None)
    return opened


def open_for(*, workspace: Workspace, people: Sequence[tuple[int, int]], now: datetime) -> dict[int, int]:
    """Return the conversation of each (person, profile), making those that are missing (closed, held by the automation).

    A merged person keeps the conversation last touched of all their profiles.
    """
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (p.person) p.person, c.id FROM people_profile p
               JOIN engage_conversation c ON c.workspace_id = p.workspace_id AND c.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) ORDER BY p.person, c.state = 'open' DESC, c.touched_at DESC""",
            (workspace.pk, [person for person, _ in people]),
        )
        found = dict(cursor.fetchall())
        missing = {person: profile for person, profile in people if person not in found}
        if missing:
            cursor.execute(
                """INSERT INTO engage_conversation (workspace_id, person, profile_id, state, held_by, team, intent, is_complaint, priority,
                          brief, opened_at, touched_at, outcome, overdue_told)
                   SELECT %s, n.person, n.profile, 'closed', 'automation', '', '', false, 5, '', %s, %s, '', false
                   FROM unnest(%s::bigint[], %s::bigint[]) AS n (person, profile) ORDER BY n.person
                   ON CONFLICT (workspace_id, person) DO UPDATE SET touched_at = excluded.touched_at RETURNING person, id""",
                (workspace.pk, now, now, list(missing), list(missing.values())),
            )
            found |= dict(cursor.fetchall())
    return found


@transaction.atomic
def close(*, workspace: Workspace, conversation: int, outcome: str, now: datetime, staff: Staff | None = None) -> bool:
    """Close a conversation and lift the pause that a complaint or hand-over set; False when it was closed already.

    The run that handed it over hears the outcome.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_conversation SET state = 'closed', held_by = 'automation', outcome = %s, closed_at = %s, touched_at = %s,
                      is_complaint = false, overdue_told = false, due_at = NULL, answer_by = NULL
               WHERE workspace_id = %s AND id = %s AND state = 'open' RETURNING profile_id, run_id, run_seq, team""",
            (outcome, now, now, workspace.pk, conversation),
        )
        row = cursor.fetchone()
        if row is None:
            return False
        profile, run, seq, team = row
    consent.lift(workspace=workspace, profile_id=profile, because="complaint", now=now)
    properties = {"conversation": conversation, "outcome": outcome, "team": team, "seq": seq}
    timeline.write(workspace=workspace, events=[NewEvent(profile, now, names.CONVERSATION_CLOSED, properties, run_id=run)], now=now)
    note(workspace=workspace, conversation=conversation, text=f"Closed: {outcome}", staff=staff, now=now)
    return True


def note(*, workspace: Workspace, conversation: int, text: str, now: datetime, staff: Staff | None = None) -> Entry:
    """Write something beside a conversation that only staff see."""
    row = Conversation.within(workspace).get(pk=conversation)
    entry = Entry(
        workspace=workspace,
        conversation=row,
        profile_id=row.profile_id,
        at=now,
        direction=Entry.Direction.NOTE,
        channel="",
        text=text,
        staff=staff,
    )
    entry.save()
    return entry


@transaction.atomic
def assign(*, workspace: Workspace, conversation: int, to: Staff | None, was: int | None) -> None:
    """Give a conversation to one colleague, or to nobody.

    `was` is whose it was when that was decided. Raises Refused where it has become somebody else's since, who is named.
    """
    row = locked(workspace, conversation)
    if row.assigned_id not in {was, to.pk if to else None}:
        whose = f"{row.assigned} has taken it meanwhile" if row.assigned else "Meanwhile it was given back to nobody"
        raise Refused("taken", f"{whose}; nothing was changed.")
    Conversation.within(workspace).filter(pk=row.pk).update(assigned=to)


@transaction.atomic
def answer(
    *,
    workspace: Workspace,
    conversation: int,
    text: str,
    now: datetime,
    staff: Staff | None = None,
    seen: int | None = None,
    gifts: Mapping[str, Reserved] | None = None,
) -> int:
    """Plan a human's answer for sending on the channel the person last wrote on; return the delivery's id.

    It is a service message on the basis of the conversation itself, so it needs no consent; suppression still holds. `seen` is the last
    entry that its writer has read. `gifts` are perks by their offers that were set aside for it: they are given once it is accepted, and
    go back where it is not sent. Raises Refused when the person cannot be reached, and where more was said since then. A conversation that
    was nobody's is theirs who answers.
    """
    row = locked(workspace, conversation)
    if seen is not None:
        _refuse_overtaken(row, seen, staff)
    last = Entry.within(workspace).filter(conversation=row, direction=Entry.Direction.IN).order_by("-at", "-id").first()
    channel = last.channel if last and last.channel else "email"
    person = persons_of(workspace, [row.profile_id])[row.profile_id]
    if channel == "email":
        _refuse_unreachable(workspace, person)
    subject = re.sub(r"^(?:\s*(?:re|aw|antw)\s*:)+\s*", "", last.subject if last else "", flags=re.IGNORECASE)
    planned = plan(
        workspace=workspace,
        deliveries=[
            NewDelivery(
                person=person,
                profile_id=row.profile_id,
                shard=shard_of(person),
                channel=channel,
                purpose=PURPOSE,
                kind="service",
                basis="contract",
                due_at=now,
                too_late_at=now + TOO_LATE,
                conversation_id=row.pk,
                subject=f"Re: {subject}" if subject else workspace.title,
                text=text,
                in_reply_to=last.message_ref if last else "",
                perks={offer: remembered(perk) for offer, perk in (gifts or {}).items()},
            )
        ],
        now=now,
    )[0]
    entry = Entry(
        workspace=workspace, conversation=row, profile_id=row.profile_id, at=now, direction=Entry.Direction.OUT, channel=channel, text=text
    )
    entry.subject, entry.delivery_id, entry.staff = subject[:300], planned, staff
    entry.save()
    Conversation.within(workspace).filter(pk=row.pk).update(touched_at=now, answer_by=None, assigned=row.assigned or staff)
    return planned


def locked(workspace: Workspace, conversation: int) -> Conversation:
    """Return a conversation that nobody else answers or assigns until the caller's transaction ends; raises Refused."""
    row = Conversation.within(workspace).select_for_update(of=("self",)).select_related("assigned").filter(pk=conversation).first()
    if row is None:
        raise Refused("unknown", "There is no such conversation in this workspace.")
    return row


def _refuse_unreachable(workspace: Workspace, person: int) -> None:
    known = identifiers_of(workspace, [person], ["email"]).get(person, {}).get("email", [])
    if not known:
        raise Refused("no_address", "No e-mail address is known of this person; the answer was not sent.")
    if len(suppressed(workspace, "email", known)) == len(set(known)):
        which = "The e-mail address of this person is" if len(known) == 1 else "All e-mail addresses of this person are"
        why = "it came back, was reported as spam, or was barred by hand"
        raise Refused("suppressed", f"{which} not to be used any more: {why}. The answer was not sent; reach them another way.")


def _refuse_overtaken(row: Conversation, seen: int, staff: Staff | None) -> None:
    said = Entry.within(row.workspace).filter(conversation=row, pk__gt=seen).exclude(direction=Entry.Direction.NOTE)
    newest = said.select_related("staff").order_by("-pk").first()
    if newest is None:
        return
    if newest.direction == Entry.Direction.IN:
        who = "They wrote again"
    elif staff is not None and newest.staff_id == staff.pk:
        who = "You answered already"
    else:
        who = f"{newest.staff or 'Somebody'} answered"
    raise Refused("overtaken", f"{who} while this was written. It was not sent: read what was said, and send it if it still fits.")
