"""What one person has of perks, as they may read it themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.perks.terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

OVER: Final = {"issued": "expired", "begun": "ended"}
MOST_OPEN: Final = 100
MOST_OVER: Final = 20


@dataclass(slots=True, frozen=True)
class Mine:
    """One perk: what it is, what is left of it, and what became of it. Money in minor units; `share` as in "10%"."""

    kind: str
    state: str
    says: str
    code: str
    share: str
    worth: int
    points: int
    at: datetime | None
    expires_at: datetime | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Say whether it may still be used."""
        return self.state in {"issued", "begun"}


def mine(workspace: Workspace, profiles: Sequence[int], now: datetime, *, only: Collection[int] | None = None) -> list[Mine]:
    """Return what the person who holds these profiles was given: what ends first first, then what is over, the latest first.

    With `only`, just these perks of theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.state, k.code, k.worth, k.unit, k.remaining, k.amount, v.data, k.reason, k.expires_at,
                      coalesce(k.converted_at, k.redeemed_at, k.begun_at, k.issued_at)
               FROM engage_perk k JOIN strategize_offerversion v ON v.workspace_id = k.workspace_id AND v.id = k.offer_version_id
               WHERE k.workspace_id = %s AND k.profile_id = ANY(%s) AND k.issued_at IS NOT NULL AND (%s OR k.id = ANY(%s))
               ORDER BY k.state IN ('issued', 'begun') DESC,
                        CASE WHEN k.state IN ('issued', 'begun') THEN k.expires_at END NULLS LAST, k.id DESC LIMIT %s""",
            (workspace.pk, list(profiles), only is None, list(only or ()), MOST_OPEN + MOST_OVER),
        )
        rows = cursor.fetchall()
    found = []
    for kept, code, worth, unit, remaining, amount, written, reason, expires_at, at in rows:
        data = json.loads(written)
        terms = terms_of(data, workspace.currency, workspace.timezone)
        is_over = expires_at is not None and expires_at <= now  # the worker writes that down a little later
        state = OVER.get(kept, kept) if is_over else kept
        is_open = state in OVER
        found.append(
            Mine(
                kind=terms.kind,
                state=state,
                says=terms.says,
                code=(code or terms.shared) if is_open else "",
                share=str(data.get("worth") or "") if terms.is_share else "",
                worth=(remaining if is_open else amount) if unit == "credit" else worth,
                points=(remaining if is_open else amount) if unit == "points" else 0,
                at=at,
                expires_at=expires_at,
                reason=reason,
            )
        )
    return [one for one in found if one.is_open] + [one for one in found if not one.is_open][:MOST_OVER]
