"""What waits in a workspace, and since when: all questions of the wheel in one query, so that a turn in which nothing is due is cheap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.cli.worker.following import TOGETHER, readers
from duologue.cli.worker.rounds import FOLLOWER, Waiting
from duologue.engage import due
from duologue.engage.messages.queries import HANDING_OVER
from duologue.measure.letters.tasks import NEXT as LETTERS
from duologue.measure.letters.tasks import WAITING as LETTERS_WAITING
from duologue.people.timeline.queries import BEHIND
from duologue.platform.registry import ports
from duologue.strategize.segments import history
from duologue.strategize.segments import queries as segments

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

MOMENTS: Final = {**due.MOMENTS, "letters": LETTERS, f"{FOLLOWER}lake": history.NEXT_CLEANING}
AT_ONCE: Final = {
    "segments": segments.UNCOUNTED,
    "messages": HANDING_OVER,
    "letters": LETTERS_WAITING,
    f"{FOLLOWER}segments": segments.MERGED,
}
_SQL: Final = f"SELECT {', '.join([*(f'({sql})' for sql in MOMENTS.values()), *AT_ONCE.values(), BEHIND])}"


def waiting(workspace: Workspace) -> Waiting:
    """Ask what waits in a workspace. Followers are named "follower NAME"."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"workspace": workspace.pk, "followers": [follower.name for follower in ports.followers()]})
        row = cursor.fetchone()
    moments = {work: at for work, at in zip(MOMENTS, row, strict=False) if at is not None}
    at_once = {work for work, is_due in zip(AT_ONCE, row[len(MOMENTS) : -1], strict=True) if is_due}
    behind = set(row[-1])
    together = {TOGETHER} if any(reader.name in behind for reader in readers()) else set()
    return Waiting(moments, frozenset(at_once | together | {f"{FOLLOWER}{name}" for name in behind}))
