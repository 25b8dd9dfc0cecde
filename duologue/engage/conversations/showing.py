"""Showing people what is known about them: a letter to their own address first, since a letter may have been passed on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.engage.conversations.asked_for import asked_for
from duologue.engage.messages.actions import plain_letter, plan
from duologue.people.consent.queries import suppressed
from duologue.people.profiles.queries import people

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.conversations.origin import Origin
    from duologue.platform.workspaces.models import Workspace

TURN: Final = "known"
AGAIN: Final = timedelta(minutes=10)
LASTS: Final = timedelta(hours=1)
MOST: Final = 3  # a day: whoever holds a letter that was passed on can ask
DAY: Final = timedelta(days=1)


@transaction.atomic
def send_link(*, workspace: Workspace, origin: Origin, now: datetime) -> str:
    """Plan a letter with the link that shows a person's data, to their own address; return what to say of it, by the name of its words.

    A second one within ten minutes is not planned, nor a fourth within a day.
    """
    addresses = people(workspace, [origin.person], ())[origin.person].identifiers.get("email", [])
    if not set(addresses) - suppressed(workspace, "email", addresses):
        return "own_nowhere"
    planned = [at for _, at in asked_for(workspace, origin, TURN, now - DAY)]
    if any(at > now - AGAIN for at in planned):
        return "own_asked"
    if len(planned) >= MOST:
        return "own_often"
    letter = plain_letter(TURN, origin.person, origin.profile, now, now + LASTS)
    plan(workspace=workspace, deliveries=[letter], now=now)
    return "own_asked"


def still_holds(origin: Origin, now: datetime) -> bool:
    """Say whether the link of such a letter still shows anything."""
    return origin.turn == TURN and origin.accepted_at is not None and now < origin.accepted_at + LASTS
