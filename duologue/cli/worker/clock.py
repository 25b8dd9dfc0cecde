"""Moving a virtual clock: from one moment at which something is due to the next, with everything done in between."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.cli.worker.due import waiting
from duologue.cli.worker.once import come_to_rest
from duologue.platform.workspaces.actions import set_clock
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duologue.platform.workspaces.models import Workspace

    OnStop = Callable[[datetime], datetime | None]

MINUTE: Final = timedelta(minutes=1)
STUCK: Final = timedelta(hours=1)  # what could not be done when it was due is tried again every hour
EPOCH: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
STRIDE: Final = {"synchronous_commit": "off", "plan_cache_mode": "force_generic_plan"}


def next_due(workspace: Workspace) -> datetime | None:
    """Return the next moment at which something happens in a workspace, which may be past."""
    return waiting(workspace).next()


def advance(
    workspace: Workspace, to: datetime, on_tick: OnStop | None = None, *, grain: timedelta = MINUTE, before: OnStop | None = None
) -> int:
    """Move a virtual clock to a moment, stopping wherever something is due; return how many stops there were.

    Stops lie on whole grains (a demo's year takes hours, not minutes), so what is due between two is done at the later one.
    `before` is called at each stop with the moment before anything is done there, for what simulated people have meant to do by then.
    `on_tick` is called after each stop with the moment, so that simulated people can respond; what they say is due at once.
    Either may return the moment at which it wants to be called again, though nothing else be due.
    """
    with in_one_stride():
        return _advance(workspace, to, on_tick, before, grain)


@contextmanager
def in_one_stride() -> Iterator[None]:
    """Neither wait for the disk at each commit nor plan anew for each value (decision 5).

    A virtual world may lose its last second when the power fails, but nothing in between.
    """
    with connection.cursor() as cursor:
        for setting, value in STRIDE.items():
            cursor.execute(f"SET {setting} = {value}")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                for setting in STRIDE:
                    cursor.execute(f"RESET {setting}")


def _advance(workspace: Workspace, to: datetime, on_tick: OnStop | None, before: OnStop | None, grain: timedelta) -> int:
    moment = present(workspace)
    stops = 0
    while True:
        wanted = [before(moment)] if before is not None else []
        _, rest = come_to_rest(workspace, moment)
        if on_tick is not None:
            wanted.append(on_tick(moment))
            _, rest = come_to_rest(workspace, moment)
        stops += 1
        if moment >= to:
            return stops
        due = [at for at in (rest.next(), *wanted) if at is not None]
        moment = next_stop(min(due, default=None), moment, to, grain)
        set_clock(workspace=workspace, at=moment)


def next_stop(due: datetime | None, moment: datetime, to: datetime, grain: timedelta) -> datetime:
    """Return the first whole grain at or after what is due next, later than the present and never beyond the end."""
    if due is None or due >= to:
        return to
    after = due if due > moment else moment + STUCK
    return min(to, EPOCH + grain * -((EPOCH - after) // grain))
