"""Trial letters to people who work here: marked as such, through the same gate and writer, in nobody's figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from duologue.engage.messages.actions import NewDelivery, plan
from duologue.engage.messages.models import Message
from duologue.people.profiles.models import Profile
from duologue.people.profiles.rules import shard_of
from duologue.platform.staff.models import Membership
from duologue.platform.staff.rules import Right, may

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

LABEL: Final = "Test"
BASIS: Final = "contract"  # colleagues are written to because they work here
TOO_LATE: Final = timedelta(hours=1)


class NotTried(Exception):
    """A trial letter cannot be sent; the sentence says why."""


def colleagues(workspace: Workspace) -> list[str]:
    """Return the addresses of those who work here, the only ones that trial letters go to."""
    return sorted(Membership.within(workspace).values_list("staff__email", flat=True))


def send_trial(*, workspace: Workspace, message: str, to: str, person: int | None, now: datetime, variant: str = "") -> int:
    """Plan a trial letter of a message as a person would read it (None: someone of whom nothing is known). Raises NotTried."""
    if not Message.within(workspace).filter(name=message).exists():
        raise NotTried(f"There is no message {message!r} in {workspace.name}.")
    (made,) = plan(
        workspace=workspace,
        deliveries=[trial(workspace=workspace, to=to, person=person, due_at=now, message=message, variant=variant)],
        now=now,
    )
    return made


def trial(
    *,
    workspace: Workspace,
    to: str,
    person: int | None,
    due_at: datetime,
    message: str | None = None,
    survey: str | None = None,
    text: str = "",
    label: str = LABEL,
    variant: str = "",
) -> NewDelivery:
    """Return a trial letter to plan, as a person would read it, or someone of whom nothing is known.

    Raises NotTried where the address is no colleague's, or that of one who may not see people and would read somebody's letter.
    """
    role = Membership.within(workspace).filter(staff__email=to).values_list("role", flat=True).first()
    if role is None:
        raise NotTried(f"{to} is no address of someone who works here; trial letters go to no one else.")
    if person is not None and not may(role, Right.SEE_PEOPLE):
        raise NotTried(f"{to} may not see people, and so not read what somebody would; send the letter without naming anyone.")
    found = Profile.within(workspace).filter(person=person) if person is not None else Profile.within(workspace)
    profile = found.order_by("pk").first()
    if profile is None:
        raise NotTried("There is nobody yet whose letter it could be; bring people in first.")
    return NewDelivery(
        person=profile.person,
        profile_id=profile.pk,
        shard=shard_of(profile.person),
        channel="email",
        purpose="",
        due_at=due_at,
        too_late_at=due_at + TOO_LATE,
        message=message,
        survey=survey,
        subject=text,
        text=text,
        variant=variant,
        kind="service",
        basis=BASIS,
        window="always",
        to=to,
        test=label,
        to_nobody=person is None,
    )
