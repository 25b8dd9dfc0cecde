"""One turn of the wheel: everything that is due in a workspace, once, in the order in which one thing leads to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.cli.worker.due import waiting
from duologue.cli.worker.following import Following
from duologue.cli.worker.rounds import go_round
from duologue.cli.worker.sending import SENDER
from duologue.engage.contributions import tasks as contributions
from duologue.engage.conversations import tasks as conversations
from duologue.engage.endpoints import tasks as endpoints
from duologue.engage.perks import tasks as perks
from duologue.engage.products import actions as products
from duologue.engage.runs import tasks as runs
from duologue.engage.runs import timetable
from duologue.engage.webhooks import tasks as webhooks
from duologue.measure.letters import tasks as letters
from duologue.people.intake import tasks as intake
from duologue.people.retention import tasks as retention
from duologue.platform.registry import ports
from duologue.strategize.segments import tasks as segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from duologue.cli.worker.rounds import Waiting, Work
    from duologue.platform.workspaces.models import Workspace

ROUNDS_AT_MOST: Final = 10_000


def follow(workspace: Workspace, now: datetime) -> int:
    """Let every follower read the timeline to its end; return the number of events read."""
    read = 0
    for follower in ports.followers():
        while found := follower.follow(workspace=workspace, now=now):
            read += found
    return read


def _process(workspace: Workspace, now: datetime) -> int:
    return intake.process(workspace, now, most=5000)


WORKER: Final[Sequence[tuple[str, Work]]] = (
    ("intake", _process),
    ("followers", follow),
    ("retention", retention.keep),
    ("segments", segments.recheck),
    ("conversations", conversations.tell_overdue),
    ("contributions", contributions.forget),
    ("perks", perks.expire),
    ("products", products.tell_changes),
    ("webhooks", webhooks.call_due),
    ("timetables", timetable.keep),
    ("runs", runs.wake),
    ("endpoints", endpoints.tell_due),
    ("letters", letters.write_due),
)
ALL: Final = (*WORKER, *SENDER)


def turn_the_wheel(workspace: Workspace, now: datetime, work: Sequence[tuple[str, Work]] = ALL) -> bool:
    """Do everything that is due until nothing moves any more; say whether anything did.

    Killed at any moment, it goes on from there: every piece of work is one transaction with its own cursor or claim.
    """
    return come_to_rest(workspace, now, work)[0]


def come_to_rest(workspace: Workspace, now: datetime, work: Sequence[tuple[str, Work]] = ALL) -> tuple[bool, Waiting]:
    """Turn the wheel; say whether anything moved, and what waits then."""
    moved, found = False, waiting(workspace)
    for _ in range(ROUNDS_AT_MOST):
        moves, known = go_round(workspace, now, one_by_one(work), waiting, lambda _name, piece: piece(workspace, now), found)
        found = known or waiting(workspace)
        if not moves:
            return moved, found
        moved = True
    raise RuntimeError("The wheel does not come to rest: something is due again as soon as it is done.")


def one_by_one(work: Sequence[tuple[str, Work]]) -> Iterator[tuple[str, Work]]:
    """Yield the kinds of work, each follower by itself: whether it is behind is known of each."""
    for name, do in work:
        if do is follow:
            yield from Following().work()
        else:
            yield name, do
