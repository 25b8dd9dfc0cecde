"""A yes by the link of a letter, which may have been passed on: asked for once more at the person's own address (decision 16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.engage.conversations.asked_for import asked_for
from duologue.engage.messages.actions import plain_letter, plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.conversations.origin import Origin
    from duologue.people.consent.rules import Standing
    from duologue.platform.workspaces.models import Workspace

TURN: Final = "agree"
AGAIN: Final = timedelta(minutes=10)  # until a purpose is asked for again
DAY: Final = timedelta(days=1)
MOST: Final = 5  # letters a day, over all purposes: whoever holds a letter that was passed on can ask


def says_yes_already(stands: Standing, channel: str, purpose: str, now: datetime) -> bool:
    """Say whether a yes would change nothing. Who has come of age agrees anew; before that their own word stands beside a parent's."""
    said = stands.said_yes if stands.was_young(now) else stands.may
    return said(channel, purpose)


def taken_back_since(stands: Standing, channel: str, purpose: str, asked_at: datetime) -> bool:
    """Say whether the purpose was taken back after a letter had asked for it, so that the letter proves no yes any more."""
    return any((one.channel, one.purpose, one.state) == (channel, purpose, "withdrawn") and one.at > asked_at for one in stands.said)


@transaction.atomic
def ask_to_agree(*, workspace: Workspace, origin: Origin, purposes: Sequence[str], now: datetime) -> dict[str, str]:
    """Plan for each purpose a letter to the person's own address that asks for it, on the channel of the link.

    Return purpose → what to say of it, by the name of its words: `agree_sent`, also where one was planned within ten minutes, or
    `agree_often` where the day's letters are used up. Nothing is granted.
    """
    if not purposes:
        return {}
    planned = asked_for(workspace, origin, TURN, now - DAY)
    recent = {purpose for purpose, at in planned if at > now - AGAIN}
    fresh = [purpose for purpose in purposes if purpose not in recent]
    sent = fresh[: max(0, MOST - len(planned))]
    letter = plain_letter(TURN, origin.person, origin.profile, now, now + DAY)
    letters = [replace(letter, channel=origin.channel, purpose=purpose, consent=purpose) for purpose in sent]
    plan(workspace=workspace, deliveries=letters, now=now)
    return {purpose: "agree_sent" if purpose in recent or purpose in sent else "agree_often" for purpose in purposes}
