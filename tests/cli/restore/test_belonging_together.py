"""A database and a data folder that do not belong together do not start, and the list kept apart outlives the database."""

import json
import threading

import pytest
from django.conf import settings
from django.db import connection

from duologue.people.consent import apart
from duologue.people.consent.actions import suppress, unsuppress
from duologue.people.models import Suppression
from duologue.platform.backup.generation import rise, why_not_start
from duologue.platform.backup.models import Installation
from duologue.platform.workspaces.models import Workspace
from tests.cli.restore.line import run
from tests.engage.runs.conftest import NOON


def test_a_database_without_its_folder_does_not_start(backup, folder, monkeypatch, capsys):
    for lost in (lambda: (folder / "generation").write_text("{"), (folder / "generation").unlink):
        lost()
        assert run("work", "--once") == 1
        assert "duologue restore --as-it-is" in capsys.readouterr().err
    monkeypatch.setattr(settings, "LAKE_URL", str(folder / "elsewhere"))
    assert why_not_start() is not None
    assert run("work", "--once") == 0  # a worker on another machine has a folder of its own
    Installation.objects.update(generation=0)
    assert why_not_start() is None  # a new one


@pytest.mark.django_db(transaction=True)
def test_starts_at_once_leave_one_number(folder):
    def start():
        for _ in range(5):
            rise()
        connection.close()

    starting = [threading.Thread(target=start) for _ in range(2)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()
    assert json.loads((folder / "generation").read_text()) == {"generation": 10, "coming": 10}
    assert Installation.objects.get().generation == 10


def test_database_and_folder_that_do_not_belong_together_do_not_start(backup, folder, capsys):
    assert why_not_start() is None
    rise()
    Installation.objects.update(generation=1)  # as a database does that was put back by itself
    assert run("work", "--once") == 1
    assert "duologue restore --as-it-is" in capsys.readouterr().err
    assert run("restore", "--as-it-is") == 0
    assert "all sending is stopped" in capsys.readouterr().out
    assert Workspace.objects.get(name="shop").sending_stopped_at is not None
    assert run("work", "--once") == 0
    (folder / "generation").write_text('{"generation": 0, "coming": 0}')
    assert "The data folder is older than the database" in why_not_start()
    Installation.objects.update(restoring=True)
    assert "A restore was cut off" in why_not_start()


def test_the_list_kept_apart_outlives_the_database(workspace, folder, django_capture_on_commit_callbacks):
    def suppressed():
        return Suppression.within(workspace).count()

    with django_capture_on_commit_callbacks(execute=True):
        suppress(workspace=workspace, channel="email", addresses=["ann@example.com", "ben@example.com"], reason="spam_report", now=NOON)
        unsuppress(workspace=workspace, channel="email", address="ben@example.com", reason="spam_report")
    with apart.place().open("a") as file:
        file.write("1 email erased 00")  # a line that was cut off
    Suppression.within(workspace).delete()
    assert apart.put_back() == 1
    assert suppressed() == 1
    apart.place().unlink()
    assert [apart.note_all(), apart.note_all()] == [1, 0]
    assert "ann" not in apart.place().read_text()
