"""What a person says, on whatever channel, as an entry of their one conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.care.queries import current as current_care
from duologue.engage.care.rules import answer_by
from duologue.engage.conversations.actions import open_for
from duologue.engage.conversations.leaving import withdraw
from duologue.engage.conversations.origin import has_run_under_way
from duologue.engage.conversations.rules import holding, priority
from duologue.engage.messages.actions import note_outcome
from duologue.people.consent import actions as consent
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.conversations.origin import Origin
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class NewReply:
    """Something a person said. `message_ref` names it where it came from: the same one is never taken in twice."""

    person: int
    profile: int
    channel: str
    text: str
    intent: str
    words: Sequence[str] = ()
    subject: str = ""
    message_ref: str = ""


@transaction.atomic
def take_in_reply(*, workspace: Workspace, reply: NewReply, origin: Origin | None, now: datetime) -> int | None:
    """Enter a reply into the person's conversation, tell the timeline, and do what it asks; None when it was taken in before.

    An opt-out withdraws consent on the channel; a complaint pauses promotion until the conversation is closed.
    """
    conversation = open_for(workspace=workspace, people=[(reply.person, reply.profile)], now=now)[reply.person]
    if not _enter(workspace, conversation, reply, origin, now):
        return None
    under_way = origin.run_under_way if origin else has_run_under_way(workspace, reply.person)
    opened = _hold(workspace, conversation, reply, under_way=under_way, now=now)
    about = {**(origin.properties if origin else {"channel": reply.channel}), "intent": reply.intent}
    run, delivery = (origin.run, origin.delivery) if origin else (None, None)
    events = [NewEvent(reply.profile, now, names.MESSAGE_REPLIED, {**about, "words": list(reply.words)}, run_id=run, delivery_id=delivery)]
    if opened:
        properties = {"conversation": conversation, "intent": reply.intent, "team": ""}
        events.append(NewEvent(reply.profile, now, names.CONVERSATION_OPENED, properties))
    timeline.write(workspace=workspace, events=events, now=now)
    if delivery is not None:
        note_outcome(workspace=workspace, deliveries=[delivery], kind="responded", at=now)
    if reply.intent == "opt_out":
        proof = {"message": reply.message_ref}
        only = [origin.purpose] if origin and origin.basis == "consent" else []
        _withdraw_all(workspace, reply, only, proof, now)
        if delivery is not None:
            note_outcome(workspace=workspace, deliveries=[delivery], kind="left", at=now)
    if reply.intent == "complaint":
        consent.pause(workspace=workspace, profile_id=reply.profile, because="complaint", since=now, until=None)
    return conversation


def _withdraw_all(workspace: Workspace, reply: NewReply, only: list[str], proof: dict[str, str], now: datetime) -> None:
    """Withdraw all that was granted on the channel, and what the answered message was sent for."""
    who = {"person": reply.person, "profile": reply.profile, "channel": reply.channel, "source": "reply", "wording": reply.text}
    gone = withdraw(workspace=workspace, **who, proof=proof, now=now)  # type: ignore[arg-type]
    if missing := [purpose for purpose in only if purpose not in gone]:
        withdraw(workspace=workspace, **who, only=missing, proof=proof, now=now)  # type: ignore[arg-type]


def _enter(workspace: Workspace, conversation: int, reply: NewReply, origin: Origin | None, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO engage_entry (workspace_id, conversation_id, profile_id, at, direction, channel, subject, text, intent,
                      message_ref, delivery_id)
               VALUES (%s, %s, %s, %s, 'in', %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            (
                workspace.pk,
                conversation,
                reply.profile,
                now,
                reply.channel,
                reply.subject[:300],
                reply.text,
                reply.intent,
                reply.message_ref[:300],
                origin.delivery if origin else None,
            ),
        )
        return bool(cursor.rowcount)


def _hold(workspace: Workspace, conversation: int, reply: NewReply, *, under_way: bool, now: datetime) -> bool:
    """Leave the conversation where it belongs after this reply; say whether that opened it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM engage_conversation WHERE workspace_id = %s AND id = %s FOR UPDATE", (workspace.pk, conversation))
        was_open = cursor.fetchone()[0] == "open"
        held = holding(intent=reply.intent, run_under_way=under_way, is_open=was_open)
        complains = reply.intent == "complaint"
        target = answer_by(current_care(workspace), reply.intent, workspace.timezone, now)
        cursor.execute(
            """UPDATE engage_conversation SET state = %s, held_by = %s, touched_at = %s,
                      intent = CASE WHEN is_complaint AND state = 'open' THEN intent ELSE %s END,
                      is_complaint = (is_complaint AND state = 'open') OR %s,
                      priority = CASE WHEN state = 'open' THEN least(priority, %s) ELSE %s END,
                      opened_at = CASE WHEN state = 'open' THEN opened_at ELSE %s END,
                      answer_by = CASE WHEN %s = 'open' THEN least(CASE WHEN state = 'open' THEN answer_by END, %s::timestamptz) END,
                      outcome = CASE WHEN %s = 'open' THEN '' ELSE outcome END,
                      closed_at = CASE WHEN %s = 'open' THEN NULL ELSE coalesce(closed_at, %s) END,
                      run_id = CASE WHEN state = 'open' THEN run_id END, run_seq = CASE WHEN state = 'open' THEN run_seq END,
                      team = CASE WHEN state = 'open' THEN team ELSE '' END, brief = CASE WHEN state = 'open' THEN brief ELSE '' END
               WHERE workspace_id = %s AND id = %s""",
            (
                held.state,
                held.held_by,
                now,
                reply.intent,
                complains,
                priority(reply.intent),
                priority(reply.intent),
                now,
                held.state,
                target,
                held.state,
                held.state,
                now,
                workspace.pk,
                conversation,
            ),
        )
    return held.state == "open" and not was_open
