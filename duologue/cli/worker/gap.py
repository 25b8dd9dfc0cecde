"""Playing through the time between a backup and its restore: everything goes its way, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.cli.worker.clock import MINUTE, in_one_stride, next_due, next_stop
from duologue.cli.worker.once import WORKER, turn_the_wheel
from duologue.engage.endpoints.tasks import tell_due
from duologue.engage.messages import restored as messages
from duologue.engage.webhooks import restored as webhooks
from duologue.engage.webhooks.tasks import call_due
from duologue.measure.letters.tasks import skip_due, write_due

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

UNHEARD: Final = tuple((name, skip_due if do is write_due else do) for name, do in WORKER if do not in {call_due, tell_due})


def play(workspace: Workspace, since: datetime, until: datetime, on_stop: Callable[[datetime], None] = lambda _at: None) -> int:
    """Do in order all that fell due between two moments, each at its time, and make uncertain what would have been said.

    Sending must be stopped. So the turns that came after each other meanwhile are all found, and none of them is said again;
    the calls of webhooks count as failed. Return how many deliveries are uncertain now.
    """
    moment, doubts = since, 0
    with in_one_stride():
        while True:
            doubts += _come_to_rest(workspace, moment)
            on_stop(moment)
            if moment >= until:
                return doubts
            due = [at for at in (next_due(workspace), messages.next_due(workspace)) if at is not None]
            moment = next_stop(min(due, default=None), moment, until, MINUTE)


def _come_to_rest(workspace: Workspace, moment: datetime) -> int:
    doubts = 0
    while True:
        turn_the_wheel(workspace, moment, UNHEARD)
        gone = messages.may_have_gone(workspace=workspace, now=moment)
        if not gone + webhooks.give_up_due(workspace=workspace, now=moment):
            return doubts
        doubts += gone
