"""People who want less, or nothing more: withdrawing, and pausing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from duologue.engage.contributions.rules import PUBLIC
from duologue.engage.messages.actions import note_outcome
from duologue.people.consent import actions as consent
from duologue.people.consent.actions import NewStatement
from duologue.people.consent.models import ConsentStatement
from duologue.people.consent.queries import purposes, standing
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.engage.conversations.origin import Origin
    from duologue.platform.workspaces.models import Workspace

REASONS: Final = ("too_often", "not_for_me", "never_asked", "something_wrong", "other")
"""What people may say of why they leave."""


@transaction.atomic
def withdraw(
    *,
    workspace: Workspace,
    person: int,
    profile: int,
    channel: str,
    only: Collection[str] = (),
    source: str,
    wording: str = "",
    proof: dict[str, Any] | None = None,
    now: datetime,
) -> list[str]:
    """Withdraw a person's consent on a channel, for the named purposes or for all; return the purposes withdrawn.

    Purposes named are withdrawn even where nothing was granted, so that the wish is on record. A delivery that
    the proof names is what they left by.
    """
    stands = standing(workspace, [person])[person]
    asked = [name for name, purpose in purposes(workspace).items() if purpose.basis == "consent"]
    wanted = sorted(only) if only else [name for name in asked if stands.said_yes(channel, name)]
    statements = [
        NewStatement(profile, channel, purpose, "withdrawn", now, source, wording=wording[:1000], proof=proof or {}) for purpose in wanted
    ]
    stated(workspace=workspace, statements=statements, left_by=(proof or {}).get("delivery"), now=now)
    return wanted


@transaction.atomic
def stated(*, workspace: Workspace, statements: Sequence[NewStatement], left_by: int | None, now: datetime) -> None:
    """Keep what a person says, and by which delivery they left, if they did."""
    consent.state(workspace=workspace, statements=statements, now=now)
    if left_by is not None:
        note_outcome(workspace=workspace, deliveries=[left_by], kind="left", at=now)


@transaction.atomic
def say_why(*, workspace: Workspace, origin: Origin, reason: str, now: datetime) -> bool:
    """Keep why somebody left by a letter, said once they had: their withdrawals, stated again with the reason. False where they did not.

    It is stated as of when they left, so that who has agreed anew since stays in. What they gave to be shown
    and took back is no leaving. A second reason changes nothing.
    """
    rows = ConsentStatement.within(workspace).filter(profile=origin.profile, state="withdrawn", proof__delivery=origin.delivery)
    left = list(rows.exclude(channel=PUBLIC).order_by("number"))
    if not left or reason not in REASONS:
        return False
    if any("reason" in row.proof for row in left):
        return True
    proof = {"delivery": origin.delivery, "reason": reason}
    again = [NewStatement(origin.profile, row.channel, row.purpose, "withdrawn", row.at, row.source, row.wording, proof) for row in left]
    consent.state(workspace=workspace, statements=again, now=now)
    return True


@transaction.atomic
def snooze(*, workspace: Workspace, origin: Origin, until: datetime, now: datetime) -> None:
    """Keep promotion silent until then, as the person asked."""
    consent.lift(workspace=workspace, profile_id=origin.profile, because="snoozed", now=now)
    consent.pause(workspace=workspace, profile_id=origin.profile, because="snoozed", since=now, until=until)
    event = NewEvent(
        origin.profile,
        now,
        names.SNOOZED,
        {**origin.properties, "until": until.isoformat()},
        run_id=origin.run,
        delivery_id=origin.delivery,
    )
    timeline.write(workspace=workspace, events=[event], now=now)
