"""Cohorts of buyers are counted beside the pages: by a job, once a day where anything has happened, and when a page first asks."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Max
from procrastinate.exceptions import AlreadyEnqueued

from duologue.measure.buyers.models import BuyerCohorts
from duologue.people.timeline.models import Batch
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

SELDOM: Final = timedelta(hours=20)


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="count-buyers", pass_context=False)
def count_buyers(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Count every workspace that was not counted for most of a day, and in which something has happened since."""
    for workspace in Workspace.objects.order_by("pk"):
        if is_behind(workspace, present(workspace)):
            _count(workspace)


@app.task(pass_context=False)
def count_buyers_of(workspace: int) -> None:
    """Count one workspace."""
    _count(Workspace.objects.get(pk=workspace))


def count_soon(workspace: Workspace) -> None:
    """Leave counting to a job, once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        count_buyers_of.configure(queueing_lock=f"count-buyers-{workspace.pk}").defer(workspace=workspace.pk)


def is_behind(workspace: Workspace, now: datetime) -> bool:
    """Say whether the last count is old, and something has happened since."""
    kept = BuyerCohorts.within(workspace).first()
    if kept is not None and now - kept.at < SELDOM:
        return False
    last = Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0
    return last > (kept.batch_no if kept else 0)


def _count(workspace: Workspace) -> None:
    # DuckDB and Arrow are for who counts: pages, which leave it to this job, do without them
    from duologue.measure.buyers.actions import count  # noqa: PLC0415

    count(workspace=workspace, now=present(workspace))
