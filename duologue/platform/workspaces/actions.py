"""Making workspaces, moving their clocks, stopping their sending."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from duologue.kit.zones import zone_names
from duologue.platform.database.clock import database_now
from duologue.platform.workspaces.models import PlanFile, Workspace
from duologue.platform.workspaces.rules import mistake_in_name


class WorkspaceRefused(Exception):
    """A workspace cannot be made or changed so; the sentence says why."""


@transaction.atomic
def create_workspace(
    *,
    name: str,
    title: str = "",
    clock_at: datetime | str | None = None,
    timezone: str = "UTC",
    locale: str = "en",
    country: str = "GB",
    currency: str = "GBP",
    seed: int | None = None,
) -> Workspace:
    """Make a workspace; with `clock_at` its clock is virtual and stands at that moment.

    Raises WorkspaceRefused for a name that is reserved, taken or no name, and for an unknown time zone.
    """
    if sentence := mistake_in_name(name):
        raise WorkspaceRefused(sentence)
    if timezone not in zone_names():
        raise WorkspaceRefused(f"There is no time zone {timezone!r}; write one like Europe/London.")
    if Workspace.objects.filter(name=name).exists():
        raise WorkspaceRefused(f"There is a workspace {name!r} already.")
    at = datetime.fromisoformat(clock_at) if isinstance(clock_at, str) else clock_at
    return Workspace.objects.create(
        name=name,
        title=title or name,
        seed=secrets.randbits(62) if seed is None else seed,
        salt=secrets.token_bytes(32),
        timezone=timezone,
        locale=locale,
        country=country,
        currency=currency,
        clock=Workspace.Clock.VIRTUAL if at else Workspace.Clock.LIVE,
        clock_at=at,
        created_at=at or database_now(),
    )


def set_clock(workspace: Workspace, at: datetime) -> None:
    """Move a virtual clock to a later moment (an earlier one leaves it where it stands). Updates the object too.

    Raises WorkspaceRefused where the clock is live.
    """
    if not workspace.is_virtual:
        raise WorkspaceRefused(f"The clock of {workspace.name} is live; only a virtual one can be moved.")
    Workspace.objects.filter(pk=workspace.pk, clock=Workspace.Clock.VIRTUAL, clock_at__lt=at).update(clock_at=at)
    workspace.refresh_from_db(fields=["clock", "clock_at"])


def go_live(workspace: Workspace) -> bool:
    """Hand the workspace over to the real clock, for good; say whether anything changed."""
    changed = Workspace.objects.filter(pk=workspace.pk, clock=Workspace.Clock.VIRTUAL).update(clock=Workspace.Clock.LIVE, clock_at=None)
    workspace.refresh_from_db(fields=["clock", "clock_at"])
    return bool(changed)


def stop_all(workspace: Workspace, *, because: str, now: datetime) -> bool:
    """Stop all sending of the workspace at once; say whether it was running. The gate asks this for every delivery."""
    changed = Workspace.objects.filter(pk=workspace.pk, sending_stopped_at=None).update(
        sending_stopped_at=now, sending_stopped_because=because[:300]
    )
    workspace.refresh_from_db(fields=["sending_stopped_at", "sending_stopped_because"])
    return bool(changed)


def resume_all(workspace: Workspace) -> bool:
    """Let the workspace send again; say whether it was stopped."""
    changed = (
        Workspace.objects.filter(pk=workspace.pk)
        .exclude(sending_stopped_at=None)
        .update(sending_stopped_at=None, sending_stopped_because="")
    )
    workspace.refresh_from_db(fields=["sending_stopped_at", "sending_stopped_because"])
    return bool(changed)


def forget_file(*, workspace: Workspace, path: str) -> None:
    """Forget that a plan folder's file was applied, so that nothing writes it back; a folder that still has it makes it anew."""
    PlanFile.within(workspace).filter(path=path).delete()
