"""What a restore does once the database stands: nothing sent again, nobody back who was erased, sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duologue.cli.frame import write_down
from duologue.cli.worker.gap import play
from duologue.engage.messages.tasks import leases as gate
from duologue.engage.runs.tasks import leases as engine
from duologue.people.privacy.again import erase_again
from duologue.platform.database.clock import database_now
from duologue.platform.workspaces.actions import stop_all
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present
from duologue.strategize.segments.history import clean_lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(slots=True)
class Aftermath:
    """What came of it. `uncertain` counts deliveries by workspace."""

    uncertain: dict[str, int]
    erased: int
    suppressed: int


def come_after(*, since: datetime, note: Callable[[str], None]) -> Aftermath:
    """Stop all sending, erase again who was erased since, and find what may have gone between `since` and now."""
    engine.lost()
    gate.lost()
    now = database_now()
    rooms = [room for room in Workspace.objects.order_by("pk") if not room.is_virtual]
    for room in rooms:
        stop_all(room, because=f"restored to how it was on {since:%d %B %Y, %H:%M} UTC; see Perhaps sent, then let it send again", now=now)
    erased, suppressed = erase_again(now_of=present)
    for room in Workspace.objects.order_by("pk"):
        while clean_lake(room, present(room)):
            pass
    uncertain = {}
    for room in rooms:
        note(f"What fell due in {room.name} since {since:%d %B %Y, %H:%M} UTC …")
        until = database_now()
        uncertain[room.name] = play(room, since, until)
        Workspace.objects.filter(pk=room.pk).update(restored_from=since, restored_at=until)
        write_down(room, "restore", f"{since:%Y-%m-%d %H:%M} UTC", uncertain=uncertain[room.name])
    engine.give_back()
    gate.give_back()
    return Aftermath(uncertain, erased, suppressed)


def sentences(found: Aftermath) -> list[str]:
    """Return what to tell the one who restores, in the order in which to act."""
    told = []
    for name, number in found.uncertain.items():
        doubts = "1 message" if number == 1 else f"{number:,} messages"
        told.append(
            f"{name}: all sending is stopped. {doubts} may have gone since the backup and will not be sent again by themselves."
            if number
            else f"{name}: all sending is stopped. Nothing fell due since the backup."
        )
    if found.erased or found.suppressed:
        people = "1 person" if found.erased == 1 else f"{found.erased:,} people"
        told.append(f"{people} erased since the backup erased again; {found.suppressed:,} more addresses not to be used.")
    if any(found.uncertain.values()):
        told.append("Look at them: duologue uncertain show, or Perhaps sent on screen. There each can be sent again or counted as sent.")
    told += [
        "What people said since the backup is not known here: who withdrew consent, answered, ordered. Import what other systems hold.",
        "Keys revoked and members removed since the backup are back: look through Settings. Everyone has to sign in again.",
    ]
    if found.uncertain:
        told.append("Then let it send again: duologue stop --resume")
    return told
