"""What has left the database and is in the lake alone: in the backup, through a restore that is cut off, and never called lost wrongly."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from duologue import environment
from duologue.people.models import Event, LeftMonth
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import add
from duologue.people.retention.actions import carry_out, set_retention
from duologue.people.retention.rules import read_retention
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.persons import latest
from duologue.platform.backup import lakes, restoring
from duologue.platform.backup.generation import rise
from duologue.platform.backup.models import Installation
from duologue.platform.lake import tables
from duologue.platform.registry.ports import followers
from duologue.platform.workspaces.models import Workspace
from duologue.strategize.segments.comparing import compare
from duologue.strategize.segments.history import LakeFollower, clean_lake
from tests.cli.restore.line import run
from tests.engage.runs.conftest import NOON


@pytest.fixture
def lakes_folder(request, folder, tmp_path, monkeypatch):
    """Where the lakes lie: in the data folder, or where LAKE_URL says."""
    if hasattr(request, "param"):
        monkeypatch.setenv("LAKE_URL", request.param.format(tmp_path))
        monkeypatch.setattr(settings, "LAKE_URL", environment.folder_or_address("LAKE_URL"))
    return tables.folder()


@pytest.fixture
def released(lakes_folder, tmp_path, transactional_db):
    """An installation of which old views are in the lake alone, and its backup; the person's number and the workspace."""
    assert run("workspace", "create", "shop", "--clock", "virtual", "--at", NOON.isoformat()) == 0
    room = Workspace.objects.get(name="shop")
    (person,) = add(workspace=room, seen_at=[NOON])
    with transaction.atomic():
        old = [NewEvent(person, NOON - timedelta(days=660), name, {"n": 1}) for name in ("Viewed", "Order Completed")]
        write(workspace=room, events=old, now=NOON)
    for follower in (LakeFollower(events=0, seconds=0, rest=0), *followers()):
        while follower.follow(workspace=room, now=NOON):
            pass
    assert run("lake", "release", "--before", f"{NOON - timedelta(days=400):%Y-%m}", "--yes") == 0
    assert Event.within(room).count() == 1
    assert run("backup", tmp_path / "one.backup") == 0
    return room, person


def seen(released):
    room, person = released
    return [(one.name, one.properties) for one in latest(room, [person])]


BOTH = [("Order Completed", '{"n": 1}'), ("Viewed", '{"n":1}')]


def test_what_has_left_the_database_is_in_the_backup(released, tmp_path, capsys):
    room, _ = released
    shutil.rmtree(settings.DATA.lake)
    assert [name for name, _ in seen(released)] == ["Order Completed"]
    assert run("restore", tmp_path / "one.backup", "--over") == 0
    assert seen(released) == BOTH
    assert [month for month in compare(room) if not month.equal] == []


def test_a_lake_made_anew_keeps_what_has_left_the_database(released, capsys):
    room, _ = released
    rise()
    Installation.objects.update(generation=1)
    for _ in range(2):
        assert run("restore", "--as-it-is") == 0
        assert seen(released) == BOTH
        follow_all(room)
        assert seen(released) == BOTH
        assert [(month.timeline, month.lake, month.left, month.equal) for month in compare(room)] == [(1, 2, 1, True)]
    assert "Old events that have left the database are in the lake." in doctor_says(capsys)
    shutil.rmtree(settings.DATA.lake)
    assert "Old events that have left the database are in no lake here (shop: 2024-03)." in doctor_says(capsys)
    assert run("restore", "--as-it-is") == 1
    assert "Old events that have left the database are in no lake here (shop: 2024-03)." in capsys.readouterr().err
    assert run("restore", "--as-it-is", "--months-lost") == 0
    follow_all(room)
    assert [name for name, _ in seen(released)] == ["Order Completed"]


def test_who_was_erased_leaves_no_month_that_is_called_lost(released):
    room, person = released
    erase(workspace=room, person=person, now=NOON)
    assert clean_lake(room, NOON) == 1
    assert lakes.lost() == []
    assert not LeftMonth.within(room).exists()


def test_a_lake_made_anew_without_the_erased_leaves_no_month_that_is_called_lost(released):
    room, person = released
    erase(workspace=room, person=person, now=NOON)
    rise()
    Installation.objects.update(generation=1)
    assert run("restore", "--as-it-is") == 0
    assert lakes.lost() == []


def test_retention_leaves_no_month_that_is_called_lost(released):
    room, _ = released
    set_retention(workspace=room, retention=read_retention("events: {any: 365d}\n"), now=NOON)
    assert carry_out(workspace=room, now=NOON) > 0
    assert lakes.lost() == []
    assert Event.within(room).count() == 0


def test_a_month_that_was_lost_stays_so_when_somebody_is_erased_and_old_events_go(released):
    room, person = released
    shutil.rmtree(settings.DATA.lake)
    erase(workspace=room, person=person, now=NOON)
    assert clean_lake(room, NOON) == 1
    set_retention(workspace=room, retention=read_retention("events: {any: 365d}\n"), now=NOON)
    carry_out(workspace=room, now=NOON)
    assert lakes.lost() == ["shop: 2024-03"]


def test_a_lake_whose_change_was_cut_off_is_found_again(released):
    lake_of = Path(settings.DATA.lake, str(released[0].pk), "events")
    lake_of.rename(lake_of.with_name("events.old"))  # as it is between the two moves
    assert lakes.lost() == ["shop: 2024-03"]
    lakes.take_up()
    assert lakes.lost() == []
    assert seen(released) == BOTH


@pytest.mark.parametrize("lakes_folder", ["", "file://{}/ada%27s%20lake", "{}/mounted"], indirect=True)
@pytest.mark.parametrize("cut_at", ["set_aside", "_opened"])
def test_a_restore_over_it_that_is_cut_off_in_the_lake_loses_nothing(released, lakes_folder, tmp_path, monkeypatch, cut_at):
    def cut(*_):
        raise KeyboardInterrupt

    def lying():
        return sorted(path.name for path in lakes_folder.iterdir())

    room, _ = released
    (lakes_folder / "99999" / "events").mkdir(parents=True)  # of a workspace that is no more
    folder = lakes_folder.stat().st_ino
    with monkeypatch.context() as patched:
        if cut_at == "set_aside":
            patched.setattr(Path, "rename", once_then(cut))
        else:
            patched.setattr(restoring, "_opened", cut)
        assert run("restore", tmp_path / "one.backup", "--over") == 130
    assert ("before-restore" if cut_at == "_opened" else "before-restore.part") in lying()
    restoring.be_alone()
    restoring.put_aside_what_a_cut_left()
    assert lying() == sorted([str(room.pk), "99999"])
    assert seen(released) == BOTH
    assert run("restore", tmp_path / "one.backup", "--over") == 0
    assert seen(released) == BOTH
    assert str(room.pk) in lying()
    assert not [name for name in lying() if not name.isdigit()]
    assert lakes_folder.stat().st_ino == folder
    assert [path.name for path in lakes_folder.parent.glob(f"{lakes_folder.name}*")] == [lakes_folder.name]


def once_then(cut):
    """A rename that is cut off at its second call."""
    calls, rename = [], Path.rename

    def renamed(path, to):
        calls.append(path)
        return rename(path, to) if len(calls) == 1 else cut()

    return renamed


def doctor_says(capsys):
    capsys.readouterr()
    run("doctor")
    return capsys.readouterr().out


def follow_all(room):
    follower = LakeFollower(events=0, seconds=0, rest=0)
    while follower.follow(workspace=room, now=NOON):
        pass
