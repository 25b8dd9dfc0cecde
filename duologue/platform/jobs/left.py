"""Jobs whose process died at work: others take them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from duologue.platform.jobs.app import app

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.jobs import Job

log = structlog.get_logger()
SILENT: Final = 30.0  # seconds; a process at work is heard from every ten
ATTEMPTS: Final = 3


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="take-up-left-jobs", pass_context=True)
async def take_up_left_jobs(context: JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Every minute, let jobs be done again that died with their process; without this they would stay at work for good."""
    await take_up(context.app)


async def take_up(worker: App, *, silent: float = SILENT) -> int:
    """Take up the jobs of processes that were not heard from for so many seconds; return how many there were.

    One that was begun three times has failed, for it may be what its processes died of. So has one of a kind of which another waits.
    """
    left = list(await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent))
    for job in left:
        again = job.attempts + 1 < ATTEMPTS and await _retry(worker, job)
        if not again:
            await worker.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
        log.warning("job_left", job=job.task_name, number=job.id, again=again)
    return len(left)


async def _retry(worker: App, job: Job) -> bool:
    try:
        await worker.job_manager.retry_job(job)
    except ConnectorException:  # another of its kind waits
        return False
    return True
