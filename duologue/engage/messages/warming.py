"""Places for letters of a domain that is warmed up: so many a day, more from day to day, whichever dialogues ask for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

from duologue.engage.messages.models import WarmingUp
from duologue.engage.messages.rules.warming import Filling
from duologue.kit.clock import zone_named
from duologue.platform.database import locks
from duologue.strategize.dialogues.rules.plan import WarmUp

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

PLACE = "place"  # in a delivery's body: the day on which it has a place


class Places:
    """The places of a batch: taken in memory, written down at its end. Others of the workspace wait until that is committed."""

    def __init__(
        self, workspace: Workspace, sending: str, claimed: Sequence[Claimed], addresses: Mapping[int, str | None], now: datetime
    ) -> None:
        self.workspace, self.sending, self.now = workspace, sending.rpartition("@")[2].lower(), now
        self.today = now.astimezone(zone_named(workspace.timezone)).date()
        self.plans = _plans(workspace, {one.dialogue_id for one in claimed if one.dialogue_id is not None and one.channel == "email"})
        self._fillings: dict[str, Filling] = {}
        if self.plans:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (locks.WARMING, workspace.pk))
            self._read({found for one in claimed if (found := self._receiving(one, addresses.get(one.id))) is not None})

    def take(self, one: Claimed, address: str) -> datetime | None:
        """Return when a delivery that might leave now has a place, noted in its body; None where that is now."""
        receiving = self._receiving(one, address)
        if receiving is None:
            return None
        filling = self._fillings.setdefault(receiving, Filling(self.today))
        day = filling.take(self.plans[one.dialogue_id or 0], self.today)
        one.body[PLACE] = day.isoformat()
        return None if day <= self.today else self.now + timedelta(days=(day - self.today).days)

    def write_down(self) -> None:
        """Keep what was taken, and let go of days that are over where a later one is there."""
        rows = [(receiving, one.began, day, one.taken[day]) for receiving, one in self._fillings.items() for day in sorted(one.changed)]
        if not rows:
            return
        receivings, begans, days, numbers = (list(column) for column in zip(*rows, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO engage_warmingup AS w (workspace_id, sending, receiving, began, day, taken)
                   SELECT %s, %s, n.* FROM unnest(%s::text[], %s::date[], %s::date[], %s::int[]) AS n
                   ON CONFLICT (workspace_id, sending, receiving, day) DO UPDATE SET taken = excluded.taken""",
                (self.workspace.pk, self.sending, receivings, begans, days, numbers),
            )
            cursor.execute(
                """DELETE FROM engage_warmingup w WHERE workspace_id = %s AND sending = %s AND receiving = ANY(%s) AND day < %s
                   AND EXISTS (SELECT FROM engage_warmingup l WHERE l.workspace_id = w.workspace_id AND l.sending = w.sending
                               AND l.receiving = w.receiving AND l.day > w.day)""",
                (self.workspace.pk, self.sending, sorted(set(receivings)), self.today),
            )

    def _read(self, receivings: Collection[str]) -> None:
        rows = WarmingUp.within(self.workspace).filter(sending=self.sending, receiving__in=receivings)
        for receiving, began, day, taken in rows.values_list("receiving", "began", "day", "taken"):
            filling = self._fillings.setdefault(receiving, Filling(began))
            filling.taken[day] = taken

    def _receiving(self, one: Claimed, address: str | None) -> str | None:
        """Return the domain whose places a delivery takes, empty for all together; None for one that needs no place."""
        plan = self.plans.get(one.dialogue_id or 0)
        if plan is None or one.channel != "email" or one.body.get(PLACE, "9999") <= self.today.isoformat():
            return None
        return (address or "").rpartition("@")[2].lower() if plan.per == "receiving" else ""


def _plans(workspace: Workspace, dialogues: Collection[int]) -> dict[int, WarmUp]:
    """Return what the dialogues in force say of warming up, of those that say so."""
    if not dialogues:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, v.plan->'warm_up' FROM strategize_dialogue d
               JOIN strategize_dialogueversion v ON v.workspace_id = d.workspace_id AND v.dialogue_id = d.id AND v.number = d.current
               WHERE d.workspace_id = %s AND d.id = ANY(%s) AND v.plan ? 'warm_up'""",
            (workspace.pk, sorted(dialogues)),
        )
        return {dialogue: msgspec.convert(_read(found), WarmUp) for dialogue, found in cursor.fetchall() if _read(found)}


def _read(found: Any) -> Any:
    return msgspec.json.decode(found) if isinstance(found, str) else found
