"""Making workspaces and moving their clocks."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from duologue.platform.database.clock import database_now
from duologue.platform.workspaces.models import Workspace


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
    """Make a workspace; with `clock_at` its clock is virtual and stands at that moment."""
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
