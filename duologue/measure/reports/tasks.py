"""Reports are counted beside the pages, so that a page only ever shows the last count."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from procrastinate.exceptions import AlreadyEnqueued

from duologue.measure.reports import orders
from duologue.measure.reports.models import ReportSnapshot
from duologue.measure.reports.queries import report
from duologue.people.timeline.models import Batch
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from datetime import datetime


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="count-reports", pass_context=False)
def count_reports(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Every five minutes, count what has grown since it was last counted, in every workspace."""
    for workspace in Workspace.objects.order_by("pk"):
        count_grown(workspace, present(workspace))


def count_grown(workspace: Workspace, now: datetime) -> list[str]:
    """Count the reports of dialogues whose timeline has grown since their last count; returns their names."""
    last = Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0
    running = Dialogue.within(workspace).filter(current__gt=0).exclude(state=Dialogue.State.DRAFT).order_by("name")
    known = set(ReportSnapshot.within(workspace).filter(batch_no=last).values_list("dialogue_id", flat=True))
    grown = [one.name for one in running if one.pk not in known]
    for name in grown:
        report(workspace, name, now, groups=False)
    if grown:
        orders.count(workspace, now)
    return grown


def count_soon(workspace: Workspace, dialogue: Dialogue) -> None:
    """Leave counting one report to a job; however often that is asked for, it waits there once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        count_report.configure(queueing_lock=f"count-report-{dialogue.pk}").defer(workspace=workspace.pk, name=dialogue.name)


def report_alone(workspace: Workspace, name: str, now: datetime) -> dict[str, Any]:
    """Return the report of a dialogue as `report` does; the groups, which hang on the orders of all dialogues, are left to a job."""
    known = ReportSnapshot.within(workspace).filter(dialogue__name=name).values_list("at", "batch_no").first()
    data = report(workspace, name, now, groups=False)
    if known != ReportSnapshot.within(workspace).filter(dialogue__name=name).values_list("at", "batch_no").first():
        with suppress(AlreadyEnqueued), transaction.atomic():
            count_groups.configure(queueing_lock=f"count-groups-{workspace.pk}").defer(workspace=workspace.pk)
    return data


@app.task(pass_context=False)
def count_groups(workspace: int) -> None:
    """Count the groups."""
    found = Workspace.objects.get(pk=workspace)
    orders.count(found, present(found))


@app.task(pass_context=False)
def count_report(workspace: int, name: str) -> None:
    """Count one report."""
    found = Workspace.objects.get(pk=workspace)
    report(found, name, present(found))
