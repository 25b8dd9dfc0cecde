"""Who tries one unknown code after the other is asked to wait; whoever mistypes a few is not."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

from duologue.engage.perks.models import CodeTry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.platform.workspaces.models import Workspace

BY_ONE: Final = 20  # unknown codes in a row by one who tries
BY_MANY: Final = 200  # the same by a key, over all its customers
WAIT: Final = timedelta(minutes=10)
SHOWN: Final = timedelta(days=30)


@dataclass(slots=True, frozen=True)
class Trier:
    """Who tries codes: `way` is the till or key as staff know it, `whom` what tells its customers apart, kept as a hash."""

    way: str
    whom: str = ""
    most: int = BY_ONE

    def hashed(self, workspace: Workspace) -> str:
        """Return what they are remembered by."""
        said = f"{workspace.pk}\n{self.way}\n{self.whom}".encode()
        return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def waits_until(workspace: Workspace, trier: Trier, now: datetime) -> datetime | None:
    """Return until when somebody is to wait before they try another code; None where they need not."""
    last = (
        CodeTry.within(workspace)
        .filter(who=trier.hashed(workspace), unknown__gte=trier.most, last_at__gt=now - WAIT)
        .values_list("last_at", flat=True)
    )
    return next((at + WAIT for at in last), None)


def sentence(trier: Trier, until: datetime, now: datetime) -> str:
    """Say why, and for how long."""
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    return (
        f"{trier.most} unknown codes were tried in a row. Please wait {minutes} {'minute' if minutes == 1 else 'minutes'};"
        " the code itself is not touched, and somebody of the brand can see this."
    )


def succeed(*, workspace: Workspace, triers: Iterable[Trier]) -> None:
    """End the rows of these, since a code was redeemed that was not before. Nothing else ends one but a while without any."""
    CodeTry.within(workspace).filter(who__in=[one.hashed(workspace) for one in triers], unknown__gt=0).update(unknown=0)


def remember(*, workspace: Workspace, trier: Trier, now: datetime) -> None:
    """Count an unknown code. One statement, safe with many at once."""
    who = trier.hashed(workspace)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO engage_codetry AS t (workspace_id, who, way, unknown, first_at, last_at) VALUES (%s, %s, %s, 1, %s, %s)
               ON CONFLICT (workspace_id, who) DO UPDATE SET
                   unknown = CASE WHEN t.last_at <= %s THEN 1 ELSE t.unknown + 1 END,
                   first_at = CASE WHEN t.last_at <= %s THEN excluded.first_at ELSE t.first_at END, last_at = excluded.last_at,
                   stopped_at = CASE WHEN t.last_at > %s AND t.unknown + 1 >= %s THEN excluded.last_at ELSE t.stopped_at END""",
            (workspace.pk, who, trier.way[:80], now, now, *([now - WAIT] * 3), trier.most),
        )


def stopped(workspace: Workspace, now: datetime, most: int = 50) -> list[CodeTry]:
    """Return who was asked to wait within the last month, the latest first."""
    return list(CodeTry.within(workspace).filter(stopped_at__gt=now - SHOWN).order_by("-stopped_at")[:most])


def forget(workspace: Workspace, now: datetime) -> int:
    """Forget those who have tried none for a month; return how many."""
    return CodeTry.within(workspace).filter(last_at__lte=now - SHOWN).delete()[0]
