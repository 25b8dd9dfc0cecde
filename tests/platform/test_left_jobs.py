"""A job whose process was killed is done by the next."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
LINGERING = Path(__file__).parent / "lingering.py"


def environment():
    into = connection.settings_dict
    url = f"postgresql://{into['USER']}@/{into['NAME']}?host={into['HOST']}&port={into['PORT'] or 5432}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "duologue.settings"}


def jobs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = 'linger'")
        return cursor.fetchall()


def test_a_job_whose_process_was_killed_is_taken_up_again_and_ends(tmp_path):
    notes = tmp_path / "notes"
    killed = subprocess.Popen([sys.executable, str(LINGERING), str(notes), "first"], env=environment())
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until and not notes.exists():
            time.sleep(0.05)
        assert jobs() == [("doing", 0)]
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    time.sleep(0.6)  # it is silent
    assert jobs() == [("doing", 0)]
    done = subprocess.run(
        [sys.executable, str(LINGERING), str(notes), "next"], env=environment(), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout == "1\n", done.stderr
    assert notes.read_text().split() == ["begun", "begun", "ended"]
    assert [status for status, _ in jobs()] == ["succeeded"]


def test_a_job_that_was_begun_three_times_has_failed(tmp_path):
    notes = tmp_path / "notes"
    notes.write_text("before\n")
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, args) VALUES ('default', 'linger', 'doing', 2, '{}')"""
        )
    done = subprocess.run(
        [sys.executable, str(LINGERING), str(notes), "next"], env=environment(), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout == "1\n", done.stderr
    assert notes.read_text() == "before\n"
    assert [status for status, _ in jobs()] == ["failed"]
