import subprocess
import sys
import threading

import pytest
from django.db import connection

from duologue.cli.worker.loop import Loop
from duologue.people.intake.actions import receive
from duologue.people.models import Event
from duologue.platform.bells import bell
from duologue.platform.database.folder import DataFolder
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA = DataFolder(tmp_path)
    return settings.DATA


def test_a_bell_wakes_who_sleeps_under_its_name(data_folder):
    both, sender = bell.Bell("worker", "sender"), bell.Bell("sender")
    bell.ring("worker")
    assert (both.sleep(60), sender.sleep(0)) == (True, False)
    both.hush()
    assert not both.sleep(0)
    bell.ring("sender")
    assert (both.sleep(60), sender.sleep(60)) == (True, True)
    sender.close()
    assert len(list((data_folder.run / "bells").iterdir())) == 1
    both.close()


def test_the_bells_of_the_dead_are_cleared_away_and_a_full_one_is_left(data_folder):
    code = "import os, sys; os.mkfifo(sys.argv[1])"
    bell.Bell("worker").close()
    dead = data_folder.run / "bells" / "worker.1-x"
    subprocess.run([sys.executable, "-c", code, str(dead)], check=True)
    mine = bell.Bell("worker")
    for _ in range(bell.AT_ONCE + 2):
        mine.ring_here()
    bell.ring("worker")
    assert not dead.exists()
    mine.hush()
    assert not mine.sleep(0)
    mine.close()


def test_a_bell_that_cannot_be_rung_for_another_reason_is_left(data_folder):
    mine = bell.Bell("worker")
    other = data_folder.run / "bells" / "worker.1-x"
    other.symlink_to(other)  # opening it fails, as it does where no more files may be open
    bell.ring("worker")
    assert other.is_symlink()
    assert mine.sleep(60)
    mine.close()


@pytest.mark.django_db(transaction=True)
def test_what_comes_in_wakes_the_worker_and_what_is_told_to_stop_stops():
    shop = create_workspace(name="shop")
    loop = Loop(only="worker", poll=600)
    turned = threading.Event()
    before = loop.turn

    def work():
        loop.run()
        connection.close()

    def turn():
        moved = before()
        if Event.within(shop).exists():
            turned.set()
        return moved

    loop.turn = turn
    working = threading.Thread(target=work)
    working.start()
    receive(workspace=shop, source="site", payloads=[b'{"type": "track", "event": "Seen", "userId": "u"}'], now=now(shop))
    assert turned.wait(60)
    loop.stop()
    working.join(60)
    assert not working.is_alive()
    loop.leave()


def test_a_process_that_only_sends_loads_no_engines():
    code = (
        "import django; django.setup(); import duologue.cli.worker.sending, sys; print({'duckdb', 'pyarrow', 'numpy'} & sys.modules.keys())"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told == "set()\n"


@pytest.mark.django_db(transaction=True)
def test_who_is_told_to_stop_just_as_the_bell_is_hushed_stops(monkeypatch):
    loop = Loop(only="worker", poll=600)
    hush = bell.Bell.hush

    def work():
        loop.run()
        connection.close()

    def hush_late(mine):
        loop.stop()
        hush(mine)

    monkeypatch.setattr(bell.Bell, "hush", hush_late)
    working = threading.Thread(target=work, daemon=True)
    working.start()
    working.join(60)
    assert not working.is_alive()
    loop.leave()
