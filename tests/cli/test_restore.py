"""Backup, going on, restore, going on: nothing is sent twice by the count of who received it, and who was erased stays erased."""

import json
import shutil
import threading
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from duologue import environment
from duologue.cli import command
from duologue.cli.worker.once import WORKER, turn_the_wheel
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.messages.tasks import send_due
from duologue.engage.models import Delivery
from duologue.people.consent import apart
from duologue.people.consent.actions import suppress, unsuppress
from duologue.people.models import Erasure, Event, Identifier, LeftMonth, Suppression
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import add
from duologue.people.retention.actions import carry_out, set_retention
from duologue.people.retention.rules import read_retention
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.persons import latest
from duologue.platform.audit.models import AuditEntry
from duologue.platform.backup import lakes, restoring
from duologue.platform.backup.generation import rise, why_not_start
from duologue.platform.backup.models import Installation
from duologue.platform.database import locks
from duologue.platform.database.folder import DataFolder
from duologue.platform.lake import tables
from duologue.platform.registry.models import Cursor
from duologue.platform.registry.ports import followers
from duologue.platform.workspaces.actions import go_live
from duologue.platform.workspaces.models import Workspace
from duologue.strategize.segments.comparing import compare
from duologue.strategize.segments.history import LakeFollower, clean_lake
from tests.engage.messages.test_crash import Sink
from tests.engage.runs.conftest import NOON, Shop, shop  # noqa: F401 the same small shop

PLAN = """
dialogue: chain
purpose: promotions
audience: everyone
turns:
  first: {say: hello, listen: [{silence: 1s, then: second}]}
  second: {say: again, listen: [{silence: 30d, then: end}]}
"""
THANKS = """
dialogue: thanks
purpose: promotions
starts: {event: Order Completed}
turns:
  thank: {say: plain, listen: [{silence: 30d, then: end}]}
"""
PEOPLE = 12


@pytest.fixture
def sink():
    made = Sink(before_reply=lambda _to: None)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of its own."""
    monkeypatch.setattr(settings, "DATA", DataFolder(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def live(shop, sink, folder):  # noqa: F811
    Relay.within(shop.workspace).delete()
    save_relay(workspace=shop.workspace, name="sink", kind="smtp", settings={"host": "127.0.0.1", "port": sink.port, "security": "none"})
    go_live(shop.workspace)
    shop.add_people(PEOPLE)
    shop.segment("everyone", shop.people)
    return shop


def run(*line):
    return command.run([str(word) for word in line])


def follow_into_the_lake(shop):  # noqa: F811
    follower = LakeFollower(events=0, seconds=0, rest=0)
    while follower.follow(workspace=shop.workspace, now=shop.now):
        pass


def test_nothing_is_sent_twice_and_who_was_erased_stays_erased(live, sink, folder, tmp_path, capsys):
    live.dialogue(THANKS)
    live.dialogue(PLAN)
    turn_the_wheel(live.workspace, live.now, WORKER)
    send_due(live.workspace, live.now, most=4)
    early = set(sink.letters)
    follow_into_the_lake(live)

    assert run("backup", tmp_path / "one.backup") == 0
    assert "folder" in capsys.readouterr().err

    until = time.monotonic() + 60
    while sum(sink.letters.values()) < 2 * PEOPLE and time.monotonic() < until:
        live.turn()
    gone, kept = live.people[0], live.people[1]
    erase(workspace=live.workspace, person=gone, now=live.now)
    follow_into_the_lake(live)
    before = dict(sink.letters)
    assert len(before) == 2 * PEOPLE
    assert len(early) < PEOPLE

    assert run("restore", tmp_path / "one.backup") == 1
    assert "There is an installation here already, with the workspace shop." in capsys.readouterr().err
    assert run("restore", tmp_path / "one.backup", "--over", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    room = Workspace.objects.get(name="shop")
    assert "restored" in room.sending_stopped_because
    assert told["uncertain"]["shop"] == Delivery.within(room).filter(state="uncertain", reason="restored").count() > PEOPLE
    assert told["erased"] == 1
    assert Installation.objects.get().backed_up_to == str(tmp_path / "one.backup")
    assert not Identifier.within(room).filter(profile=gone).exists()
    assert Identifier.within(room).filter(profile=kept).exists()
    assert Erasure.within(room).get().lake_clean_at is not None
    assert [month for month in compare(room) if not month.equal] == []
    assert AuditEntry.objects.filter(workspace=room, action="restore").exists()

    live.turn()
    assert run("stop", "--resume") == 0
    live.turn()
    assert dict(sink.letters) == before

    capsys.readouterr()
    assert run("uncertain", "show", "--json") == 0
    shown = {one["turn"]: one["number"] for one in json.loads(capsys.readouterr().out)}
    assert set(shown) == {"first", "second"}
    assert run("uncertain", "count-as-sent", "--dialogue", "chain", "--turn", "first") == 0
    assert run("uncertain", "send-again", "--turn", "second") == 0
    live.turn()
    assert sum(sink.letters.values()) - sum(before.values()) == shown["second"]
    assert run("uncertain", "show") == 0
    assert "Nothing is uncertain." in capsys.readouterr().out

    # an order of the time between, told again by an import, was thanked for then; one of now was not
    before = dict(sink.letters)
    room.refresh_from_db()
    imported = Shop(room)
    imported.happen("Order Completed", [kept], at=room.restored_from + timedelta(milliseconds=1))
    imported.happen("Order Completed", [live.people[2]])
    imported.turn()
    assert set(sink.letters) - set(before) == {(f"p{live.people[2]}@example.com", "plain")}
    assert run("uncertain", "send-again", "--dialogue", "thanks") == 0
    imported.turn()
    assert set(sink.letters) - set(before) == {(f"p{one}@example.com", "plain") for one in (kept, live.people[2])}
    imported.adds_up()


@pytest.fixture
def backup(folder, tmp_path, transactional_db):
    """The backup of an installation with one workspace in which nothing happened."""
    assert run("workspace", "create", "shop") == 0
    assert run("backup", tmp_path / "one.backup", "--json") == 0
    return tmp_path / "one.backup"


def changed(path, **values):
    """Write a backup again with another word in its manifest."""
    other = path.with_name(f"{next(iter(values))}.backup")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, json.dumps({**json.loads(text), **values}) if name == "manifest.json" else text)
    return other


def damaged(path):
    whole = path.read_bytes()
    other = path.with_name("damaged.backup")
    with zipfile.ZipFile(path) as file:
        place = file.getinfo("database.dump").header_offset + 500
    other.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
    return other


def cut_short(path):
    other = path.with_name("short.backup")
    other.write_bytes(path.read_bytes()[:-200])
    return other


def foreign(path):
    other = path.with_name("foreign.zip")
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("letter.txt", "Dear all")
    return other


def test_what_cannot_be_restored_is_refused_with_a_sentence_and_nothing_is_touched(backup, capsys):
    refused = {
        cut_short(backup): "its end is missing",
        foreign(backup): "it has no manifest",
        damaged(backup): "database.dump is not what was written",
        changed(backup, version="99.1"): "It was made by Duologue 99.1",
        changed(backup, duologue_backup=2): "which writes backups this version does not know",
        changed(backup, postgresql=99): "It comes from PostgreSQL 99",
        changed(backup, key="00000000"): "another installation key",
        backup.with_name("none"): "There is no file",
    }
    for path, sentence in refused.items():
        capsys.readouterr()
        assert run("restore", path, "--over") == 1, path
        assert sentence in capsys.readouterr().err
    assert run("restore", backup, "--check") == 0
    assert Workspace.objects.filter(name="shop", sending_stopped_at=None).exists()
    assert run("backup", backup) == 1
    assert "exists already" in capsys.readouterr().err


def test_a_restore_that_fails_leaves_what_was_there(backup, monkeypatch, capsys):
    from duologue.platform.backup import programs

    def fail(source, major):
        source.read(100)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE platform_workspace (id bigint)")
        raise programs.ProgramFailed("pg_restore failed: no room")

    monkeypatch.setattr(programs, "undump", fail)
    assert run("restore", backup, "--over") == 1
    assert "no room" in capsys.readouterr().err
    assert Workspace.objects.filter(name="shop").exists()


def test_what_a_cut_restore_left_is_touched_only_once_another_begins(backup, folder, monkeypatch, capsys):
    from duologue.platform.backup import programs

    room = Workspace.objects.get(name="shop")
    Cursor(workspace=room, follower="lake", batch_no=7).save()
    (strange := folder / "lake" / "77" / "events" / "old.parquet").parent.mkdir(parents=True)
    strange.write_bytes(b"old")
    with connection.cursor() as cursor:  # as a restore leaves it that was cut off while it wrote the lake
        cursor.execute("ALTER SCHEMA public RENAME TO before_restore")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("CREATE TABLE public.platform_installation AS SELECT 1 AS id, true AS restoring")
    assert run("restore", backup, "--check") == 0
    assert run("restore", damaged(backup), "--over") == 1
    assert run("restore", backup) == 1
    assert "There is an installation here already, with the workspace shop." in capsys.readouterr().err
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM before_restore.platform_workspace")
        assert cursor.fetchone() == (1,)

    def fail(source, major):
        raise programs.ProgramFailed("no room")

    with monkeypatch.context() as patched:
        patched.setattr(programs, "undump", fail)
        assert run("restore", backup, "--over") == 1
    assert Workspace.objects.filter(name="shop").exists()
    assert Cursor.within(room).get(follower="lake").batch_no == 0
    assert run("restore", backup, "--over") == 0
    assert not strange.exists()


def test_one_restore_at_a_time(backup, capsys):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", (locks.RESTORE,))
            cursor.execute("SET application_name = 'pg_dump'")  # which nobody minds
        assert run("restore", backup, "--over") == 1
        assert "Another restore of this database is under way" in capsys.readouterr().err
    finally:
        other.close()


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
