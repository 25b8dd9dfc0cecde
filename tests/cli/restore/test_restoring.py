"""What is restored over what: refusals with a sentence, and a restore that fails or is cut off leaves what was there."""

import json
import zipfile

from django.db import connection

from duologue.platform.database import locks
from duologue.platform.registry.models import Cursor
from duologue.platform.workspaces.models import Workspace
from tests.cli.restore.line import run


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
