"""The days of the list are rolled up beside the pages: by a job, once an hour at most, where anything has happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Max

from duologue.measure.growth.actions import keep
from duologue.measure.growth.models import GrowthKept
from duologue.people.consent.models import ConsentNow
from duologue.people.timeline.models import Batch
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

SELDOM: Final = timedelta(hours=1)
FEW: Final = 5_000  # statements, which are rolled up in no time


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="keep-growth", pass_context=False)
def keep_growth(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Every hour, roll up the list of every workspace in which anything has happened since, or a day began."""
    for workspace in Workspace.objects.order_by("pk"):
        now = present(workspace)
        if is_behind(workspace, now):
            keep(workspace=workspace, now=now)


def is_behind(workspace: Workspace, now: datetime) -> bool:
    """Say whether something has happened since the days were rolled up, or nearly a day has passed."""
    row = GrowthKept.within(workspace).first()
    if row is None:
        return True
    last = Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0
    return row.batch_no != last or now - row.at > SELDOM * 23


def keep_for_page(workspace: Workspace, now: datetime) -> None:
    """Roll up for a page that is about to show it: at once for few people, and where it never was; else it shows what there is."""
    if not is_behind(workspace, now):
        return
    if not GrowthKept.within(workspace).exists() or ConsentNow.within(workspace)[: FEW + 1].count() <= FEW:
        keep(workspace=workspace, now=now)
