"""A yes by a letter that may be passed on, or a form that anybody can send: asked for once more at the own address (decision 16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.contributions.rules import given_by_form
from duologue.engage.conversations.asked_for import asked_for
from duologue.engage.messages.actions import plain_letter, plan
from duologue.people.consent import ages
from duologue.people.consent.queries import purposes
from duologue.people.consent.rules import GRANTED, WITHDRAWN
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.engage.conversations.origin import Origin
    from duologue.people.consent.rules import Said, Standing
    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace

TURN: Final = "agree"
AGAIN: Final = timedelta(minutes=10)  # until a purpose is asked for again
DAY: Final = timedelta(days=1)
UNANSWERED: Final = timedelta(days=7)  # for so long whoever was asked because of a form, and has not answered, is left alone
MOST: Final = 5  # letters a day, over all purposes: whoever holds a letter that was passed on can ask


def says_yes_already(stands: Standing, channel: str, purpose: str, now: datetime) -> bool:
    """Say whether a yes would change nothing. Who has come of age agrees anew; before that their own word stands beside a parent's."""
    said = stands.said_yes if stands.was_young(now) else stands.may
    return said(channel, purpose)


def is_worth_less(stands: Standing, channel: str, purpose: str, now: datetime) -> bool:
    """Say whether a yes of now would take the place of one that counts and not count itself: a form called them too young since."""
    return stands.was_young(now) and stands.may(channel, purpose)


def taken_back_since(said: Sequence[Said], asked_at: datetime) -> bool:
    """Say whether a yes was taken back after a letter had asked for it, so that the letter proves no yes any more.

    `said` are all statements about the purpose, the oldest first: what is said last does not tell, a no may follow a withdrawal. A
    refusal takes back where there was a yes.
    """
    granted = taken_back = False
    for one in said:
        if one.state == GRANTED:
            granted, taken_back = True, False
        elif one.state == WITHDRAWN or granted:
            granted, taken_back = False, taken_back or one.at > asked_at
    return taken_back


@transaction.atomic
def ask_to_agree(*, workspace: Workspace, origin: Origin, wanted: Sequence[str], now: datetime) -> dict[str, str]:
    """Plan for each purpose a letter to the person's own address that asks for it, on the channel of the link.

    Return purpose → what to say of it, by the name of its words: `agree_sent`, also where one was planned within ten minutes, or
    `agree_often` where the day's letters are used up. Nothing is granted.
    """
    if not wanted:
        return {}
    planned = asked_for(workspace, origin, TURN, now - DAY)
    recent = {purpose for purpose, at in planned if at > now - AGAIN}
    fresh = [purpose for purpose in wanted if purpose not in recent]
    sent = fresh[: max(0, MOST - len(planned))]
    letter = plain_letter(TURN, origin.person, origin.profile, now, now + DAY)
    letters = [replace(letter, channel=origin.channel, purpose=purpose, consent=purpose) for purpose in sent]
    plan(workspace=workspace, deliveries=letters, now=now)
    return {purpose: "agree_sent" if purpose in recent or purpose in sent else "agree_often" for purpose in wanted}


def ask_givers(*, workspace: Workspace, events: Iterable[EventRow], now: datetime) -> int:
    """Ask those in whose name a form gives something to be shown whether it may be, at their own address; return how many letters.

    Nobody is asked for a purpose again while a letter of the last week has no answer. A handful of statements.
    """
    wanted = {
        (event.person, one.purpose): event
        for event in events
        if event.name == names.FORM_SENT and event.source.startswith(ages.FORM)
        for one in given_by_form(event.properties).values()
        if one.purpose
    }
    if not wanted:
        return 0
    known = purposes(workspace)
    asked = _unanswered(workspace, list(wanted), now - UNANSWERED)
    letters = [
        replace(plain_letter(TURN, person, event.profile_id, now, now + UNANSWERED), purpose=purpose, consent=purpose)
        for (person, purpose), event in wanted.items()
        if (person, purpose) not in asked and purpose in known and known[purpose].shows
    ]
    return len(plan(workspace=workspace, deliveries=letters, now=now))


def _unanswered(workspace: Workspace, wanted: Sequence[tuple[int, str]], since: datetime) -> set[tuple[int, str]]:
    """Return those among these (person, purpose) who were asked since then and have said neither yes nor no to it after that."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT w.person, w.purpose FROM unnest(%s::bigint[], %s::text[]) AS w (person, purpose)
               JOIN people_profile p ON p.workspace_id = %s AND p.person = w.person
               JOIN engage_delivery d ON d.workspace_id = p.workspace_id AND d.profile_id = p.id
               WHERE d.turn = %s AND d.run_id IS NULL AND d.purpose = w.purpose AND d.planned_at > %s
                 AND NOT EXISTS (
                     SELECT FROM people_profile q JOIN people_consentnow c ON c.workspace_id = q.workspace_id AND c.profile_id = q.id
                     WHERE q.workspace_id = p.workspace_id AND q.person = w.person AND c.purpose = w.purpose AND c.at >= d.planned_at)""",
            ([person for person, _ in wanted], [purpose for _, purpose in wanted], workspace.pk, TURN, since),
        )
        return set(cursor.fetchall())
