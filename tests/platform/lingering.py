"""A process that works on one job: the first time it is begun, it lingers until it is killed. Run as `… lingering.py FILE MODE`."""

import asyncio
import sys
import time
from pathlib import Path

import django

django.setup()

from procrastinate import PsycopgConnector  # noqa: E402 it is set up first
from procrastinate.contrib.django import connector_params  # noqa: E402 it is set up first

from duologue.platform.jobs.app import app  # noqa: E402 it is set up first
from duologue.platform.jobs.left import take_up  # noqa: E402 it is set up first

NOTES = Path(sys.argv[1])


@app.task(name="linger", pass_context=False)
def linger():
    begun_before = NOTES.exists()
    with NOTES.open("a") as notes:
        notes.write("begun\n")
    time.sleep(0 if begun_before else 600)
    with NOTES.open("a") as notes:
        notes.write("ended\n")


async def work(mode):
    with app.replace_connector(PsycopgConnector(kwargs=connector_params())) as worker:
        async with worker.open_async():
            if mode == "first":
                await linger.configure().defer_async()
            else:
                sys.stdout.write(f"{await take_up(worker, silent=0.5)}\n")
            await worker.run_worker_async(wait=False, concurrency=1, listen_notify=False, delete_jobs="never")


asyncio.run(work(sys.argv[2]))
