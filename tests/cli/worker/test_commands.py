"""The commands of the engine: those that move it as real processes, the others in this one."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection

from duologue.cli.command import run
from duologue.cli.worker import clock
from duologue.engage.models import Delivery
from duologue.engage.runs import plans
from duologue.platform.audit.queries import entries
from duologue.platform.workspaces.actions import go_live
from tests.engage.runs.conftest import shop  # noqa: F401 the same small shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(500)]  # processes start slowly on a busy machine

PLAN = """
dialogue: two
purpose: promotions
audience: everyone
turns:
  first: {say: hello, listen: [{clicked: any, then: second}, {silence: 3d, then: second}]}
  second: {say: again, listen: [{silence: 2d, then: end}]}
"""


def environment():
    into = connection.settings_dict
    url = f"postgresql://{into['USER']}@/{into['NAME']}?host={into['HOST']}&port={into['PORT'] or 5432}"
    return {**os.environ, "DATABASE_URL": url}


def process(*words):
    line = [sys.executable, "-m", "duologue", *words]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def duologue(*words, status=0):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        left = run(words)
    assert left == status, err.getvalue()
    return out.getvalue() + err.getvalue()


def test_a_dialogue_is_simulated_started_worked_on_and_looked_at(shop):  # noqa: F811
    shop.add_people(3)
    shop.segment("everyone", shop.people)
    shop.dialogue(PLAN, start=False)
    forecast = json.loads(duologue("dialogue", "simulate", "two", "--people", "50", "--rate", "first.clicked=0%", "--json"))
    assert (forecast["people"], forecast["by_turn"]["first"]) == (3, 3)
    assert json.loads(process("dialogue", "start", "two", "--json")) == {"dialogue": "two", "began": 3}
    process("clock", "advance", "--to", (shop.now + timedelta(days=4)).isoformat(), "--grain", "60")
    status = json.loads(duologue("dialogue", "status", "two", "--json"))
    assert status["people"] == {"considered": 3, "held_out": 0, "not_started": {}, "under_way": 3, "ended": {}}
    assert status["turns"] == {"first": {"here": 0, "left": 3}, "second": {"here": 3, "left": 0}}
    assert "There is no dialogue" in duologue("dialogue", "start", "three", status=1)
    duologue("dialogue", "simulate", "two", "--rate", "much", status=2)
    duologue("dialogue", "pause", "two", "--because", "a wrong price")
    duologue("dialogue", "pause", "two")
    duologue("dialogue", "end", "two")
    assert [(entry.action, entry.subject) for entry in entries(shop.workspace)] == [
        ("end dialogue", "two"),
        ("pause dialogue", "two"),
        ("advance clock", "2026-01-09T12:00+00:00"),
        ("start dialogue", "two"),
    ]
    duologue("clock", "advance", "--to", "2020-01-01", status=1)


def test_the_worker_works_until_it_is_told_to_stop(shop):  # noqa: F811
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(PLAN)
    worker = subprocess.Popen([sys.executable, "-m", "duologue", "work"], env=environment())
    try:
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline and not Delivery.within(shop.workspace).filter(state="accepted").exists():
            time.sleep(0.05)
        assert Delivery.within(shop.workspace).get().state == "accepted"
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=120) == 0


def test_the_clock_stops_only_where_something_is_due_and_on_whole_grains(shop):  # noqa: F811
    plans.forget()
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(PLAN)
    seen = []
    to = shop.now + timedelta(days=10)
    clock.advance(shop.workspace, to, seen.append, grain=timedelta(hours=3))
    assert seen[-1] == to
    assert all(moment.hour % 3 == 0 and moment.minute == 0 for moment in seen)
    assert len(seen) < 12
    assert shop.where(someone) == "ended: end"


def test_people_may_respond_on_every_tick_and_are_heard_at_once(shop):  # noqa: F811
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(PLAN)
    clicked = []

    def respond(_moment):
        if not clicked:
            shop.click(someone, "first")
            clicked.append(shop.now)

    clock.advance(shop.workspace, shop.now + timedelta(minutes=1), respond)
    assert shop.where(someone) == "second"


def test_the_clock_stops_where_the_people_want_it_to(shop):  # noqa: F811
    seen = []

    def look(moment):
        seen.append(moment)
        return moment + timedelta(hours=6)

    clock.advance(shop.workspace, shop.now + timedelta(days=1), look, grain=timedelta(hours=3))
    assert [later - earlier for earlier, later in pairwise(seen)] == [timedelta(hours=6)] * 4


def test_what_people_have_meant_to_do_by_a_stop_is_heard_at_that_stop(shop):  # noqa: F811
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(PLAN)
    stood = []

    def meant(moment):
        stood.append((moment, shop.where(someone)))
        if shop.where(someone) == "first":
            shop.click(someone, "first")

    written_at = shop.now + timedelta(minutes=1)
    clock.advance(shop.workspace, written_at)
    clock.advance(shop.workspace, written_at, lambda moment: stood.append((moment, shop.where(someone))), before=meant)
    assert stood == [(written_at, "first"), (written_at, "second")]


def test_a_clock_that_stops_once_a_day_stops_at_noon(shop):  # noqa: F811
    seen = []

    def look(moment):
        seen.append(moment)
        return moment + timedelta(days=1)

    to = shop.now + timedelta(days=3, hours=4)
    clock.advance(shop.workspace, to, look, grain=timedelta(days=1))
    assert [moment.hour for moment in seen[1:-1]] == [12, 12, 12]
    assert seen[-1] == to


def test_a_live_clock_is_not_moved(shop):  # noqa: F811
    go_live(shop.workspace)
    assert "live" in duologue("clock", "advance", "--to", "2030-01-01", status=1)
