"""Codes of the brand's own: how many are left, and for how long they will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.perks.rules import lasting

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

LATELY: Final = timedelta(days=7)
MOST_COUNTED: Final = 10_000  # more are plenty
FEW_LEFT: Final = 0.1
SOON: Final = 3.0  # days


@dataclass(slots=True, frozen=True)
class Supply:
    """The codes of one offer: how many are left of how many, and how many a day were taken lately."""

    offer: int
    name: str
    left: int
    known: int
    a_day: float
    warn_at: int | None = None

    @property
    def days(self) -> float | None:
        """Return for how many days they will do at the pace of the last week; None where none was taken, or there are plenty."""
        return self.left / self.a_day if self.a_day and self.left < MOST_COUNTED else None

    @property
    def runs_out(self) -> bool:
        """Say whether somebody should bring more: what the offer itself says, or else a tenth of them, or three days."""
        if self.warn_at is not None:
            return self.left <= self.warn_at
        return self.left <= self.known * FEW_LEFT or (self.days is not None and self.days <= SOON)

    @property
    def sentence(self) -> str:
        """Say it as in "212 codes left, about three days"."""
        if not self.left:
            return "no code left"
        many = f"over {MOST_COUNTED:,}" if self.left >= MOST_COUNTED else f"{self.left:,}"
        said = f"{many} {'code' if self.left == 1 else 'codes'} left"
        if self.days is not None:
            return f"{said}, {lasting(self.days)}"
        return said if self.left >= MOST_COUNTED else f"{said}; none was taken in the last seven days"


def supplies(workspace: Workspace, now: datetime) -> list[Supply]:
    """Return the supply of each offer that takes its codes from a pool, by name. Counting stops at MOST_COUNTED."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.id, o.name, v.data->'code'->>'warn_at', left_.number, known.number, taken.number,
                      (SELECT min(taken_at) FROM engage_poolcode WHERE workspace_id = o.workspace_id AND offer_id = o.id
                       AND taken_at IS NOT NULL)
               FROM strategize_offer o
               JOIN strategize_offerversion v ON v.workspace_id = o.workspace_id AND v.offer_id = o.id AND v.number = o.current,
               LATERAL (SELECT count(*) AS number FROM (SELECT FROM engage_poolcode WHERE workspace_id = o.workspace_id
                        AND offer_id = o.id AND taken_at IS NULL LIMIT %(most)s) a) left_,
               LATERAL (SELECT count(*) AS number FROM (SELECT FROM engage_poolcode WHERE workspace_id = o.workspace_id
                        AND offer_id = o.id LIMIT %(most)s) b) known,
               LATERAL (SELECT count(*) AS number FROM (SELECT FROM engage_poolcode WHERE workspace_id = o.workspace_id
                        AND offer_id = o.id AND taken_at > %(since)s LIMIT %(most)s) c) taken
               WHERE o.workspace_id = %(workspace)s AND jsonb_typeof(v.data->'code') = 'object' AND v.data->'code' ? 'pool'
               ORDER BY o.name""",
            {"workspace": workspace.pk, "most": MOST_COUNTED, "since": now - LATELY},
        )
        found = []
        for offer, name, warn_at, left, known, taken, first_at in cursor.fetchall():
            days = max(1.0, min(LATELY, now - first_at) / timedelta(days=1)) if first_at else 1.0
            found.append(Supply(offer, name, left, known, taken / days, int(warn_at) if warn_at else None))
        return found
