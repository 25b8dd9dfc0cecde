"""The nightly job of perks."""

from __future__ import annotations

from duologue.engage.perks.tries import forget
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="tidy-perks", pass_context=False)
def tidy_perks(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Once a night, forget who tried unknown codes a month ago."""
    for workspace in Workspace.objects.order_by("pk"):
        forget(workspace, now(workspace))
