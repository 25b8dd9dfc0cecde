"""The intake's nightly job."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from duologue.people.intake.tasks import forget
from duologue.people.timeline.actions import ensure_months
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

MONTH = timedelta(days=31)


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="tidy-intake", pass_context=False)
def tidy_intake(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Once a night, forget old message ids and refusals, and make the timeline's next months before events need them."""
    for workspace in Workspace.objects.order_by("pk"):
        moment = now(workspace)
        forget(workspace, moment)
        with transaction.atomic():
            ensure_months([moment, moment + MONTH, moment + 2 * MONTH])
