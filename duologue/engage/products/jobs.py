"""Forgetting looks in time."""

from __future__ import annotations

from duologue.engage.products.actions import forget_old
from duologue.platform.database.clock import database_now
from duologue.platform.jobs.app import app


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget-looks", pass_context=False)
def forget_looks(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Once a night, forget what can count no more."""
    forget_old(now=database_now())
