"""What a process does that only sends. It loads none of the engines that thinking takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.cli.worker.rounds import Waiting
from duologue.engage.messages import queries, tasks
from duologue.platform.bells.bell import SENDER as BELL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.cli.worker.rounds import Work
    from duologue.platform.workspaces.models import Workspace

MESSAGES: Final = "messages"
SENDER: Final[Sequence[tuple[str, Work]]] = ((MESSAGES, tasks.send_due),)


class Sending:
    """The part of a loop that sends."""

    bell = BELL

    def work(self) -> Sequence[tuple[str, Work]]:
        return SENDER

    def waiting(self, workspace: Workspace) -> Waiting:
        """Ask about the letters alone."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({queries.NEXT}), {queries.HANDING_OVER}", {"workspace": workspace.pk})
            due_at, is_handing_over = cursor.fetchone()
        return Waiting({MESSAGES: due_at} if due_at is not None else {}, frozenset({MESSAGES} if is_handing_over else ()))

    def before(self) -> int:
        return 0

    def lost(self) -> None:
        tasks.leases.lost()

    def leave(self) -> None:
        tasks.leases.give_back()
