"""Putting a backup back: the database beside what was there, the lake, the lists of refused lines."""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction

from duologue.platform.backup import programs
from duologue.platform.backup.actions import IMPORTS, here
from duologue.platform.backup.archive import BackupRefused, verify
from duologue.platform.backup.generation import installation
from duologue.platform.backup.lakes import any_left, exists, make_the_lake_anew
from duologue.platform.backup.models import Installation
from duologue.platform.backup.rules import DATABASE, why_not
from duologue.platform.database import locks
from duologue.platform.database.clock import database_now
from duologue.platform.database.ready import BEFORE_RESTORE, let_go
from duologue.platform.lake import copies

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from duologue.platform.backup.rules import Manifest

LEAP: Final = 100_000_000
"""Numbers passed over by each restore: none that was given out since the backup, and stands in a link, may come to mean another."""
PARTING: Final = 3.0
"""Seconds that the connections of a process which has ended may take to be gone."""
FEW: Final = 1_000  # the ground's own rows are few, and stand in no link
OTHERS: Final = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND application_name <> 'pg_dump'"""
SEQUENCES: Final = """SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass,
    coalesce(last_value, start_value) + CASE WHEN sequencename LIKE 'platform%%' THEN %s ELSE %s END)
    FROM pg_sequences WHERE schemaname = 'public' AND data_type = 'bigint'::regtype"""


def refuse_unfit(path: Path, file: zipfile.ZipFile, manifest: Manifest, *, over: bool, with_new_key: bool) -> None:
    """Read all of a backup and look around. Raises BackupRefused with the sentence why it is not put back; changes nothing."""
    if sentence := why_not(manifest, here(), with_new_key=with_new_key):
        raise BackupRefused(f"{path} cannot be restored. {sentence}")
    programs.program("pg_restore", programs.server_major())
    refuse_while_used()
    if not over and (rooms := _rooms()):
        raise BackupRefused(
            f"There is an installation here already, with {rooms}. What it holds would be gone: make a backup of it, or "
            "choose another --data folder, or write --over to put this one in its place."
        )
    verify(path, file, manifest)


def refuse_while_used() -> None:
    """Raise BackupRefused while another process uses the database; one that has just ended is given a moment to be gone."""
    until = time.monotonic() + PARTING
    while (others := _others()) and time.monotonic() < until:
        time.sleep(0.1)
    if others:
        raise BackupRefused(f"Duologue still runs: the database has {others} more connections. Stop duologue serve and all workers first.")


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        return int(cursor.fetchone()[0])


def be_alone() -> None:
    """Keep other restores away until this process ends, or closes its connections. Raises BackupRefused where one is under way.

    A connection that was closed just now, one of our own among them, may hold the lock for a moment more.
    """
    until = time.monotonic() + PARTING
    while not (alone := _locked()) and time.monotonic() < until:
        time.sleep(0.1)
    if not alone:
        raise BackupRefused("Another restore of this database is under way. Let it end.")


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (locks.RESTORE,))
        return bool(cursor.fetchone()[0])


def _rooms() -> str:
    """Return what stands here in words, or '' where nothing does. What a restore that was cut off has set aside stands here."""
    schema = BEFORE_RESTORE if _is_set_aside() else "public"
    if not exists(f"{schema}.platform_workspace"):
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {schema}.platform_workspace ORDER BY name LIMIT 4")
        names = [row[0] for row in cursor.fetchall()]
    return f"the workspace {names[0]}" if len(names) == 1 else f"the workspaces {', '.join(names)}" if names else ""


def put_aside_what_a_cut_left() -> None:
    """Bring back what a restore that was cut off had set aside. Where that one had come to the lake, it is to be filled again.

    The caller has made sure that it is alone.
    """
    if not _is_set_aside():
        copies.forget_aside()  # where a restore was cut off that had all but ended
        return
    with transaction.atomic(), connection.cursor() as cursor:
        came_to_the_lake = False
        if exists("public.platform_installation"):
            cursor.execute("SELECT coalesce(bool_or(restoring), false) FROM public.platform_installation")
            came_to_the_lake = cursor.fetchone()[0]
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute(f"ALTER SCHEMA {BEFORE_RESTORE} RENAME TO public")
        if came_to_the_lake and not copies.bring_back():
            make_the_lake_anew()
    let_go()  # connections remember the tables that were there
    be_alone()


def _is_set_aside() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", (BEFORE_RESTORE,))
        return bool(cursor.fetchone()[0])


def put_back_the_database(file: zipfile.ZipFile, manifest: Manifest) -> None:
    """Read the database in. What was there is set aside, and comes back where that fails. Raises ProgramFailed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA public RENAME TO {BEFORE_RESTORE}")
        cursor.execute("CREATE SCHEMA public")
    try:
        refuse_while_used()  # from here on nothing starts, but something may have begun a moment ago
        with file.open(DATABASE) as source:
            programs.undump(source, programs.server_major())
    except BaseException:
        put_aside_what_a_cut_left()
        raise
    let_go()  # connections remember the tables that were there
    be_alone()
    begin(manifest.taken_at)
    known = {"backed_up_at": manifest.taken_at, "backed_up_to": str(file.filename)[:500]}
    Installation.objects.filter(pk=1).update(**known, backed_up_bytes=sum(one.bytes for one in manifest.members.values()))


def begin(since: datetime) -> None:
    """Note that a restore is under way: until `end` nothing starts on this database."""
    installation()
    Installation.objects.filter(pk=1).update(restoring=True, restored_from=since)


def end(now: datetime) -> None:
    """Note that the restore is done, and let what was there before go."""
    with transaction.atomic(), connection.cursor() as cursor:
        Installation.objects.filter(pk=1).update(restoring=False, restored_at=now)
        cursor.execute(f"DROP SCHEMA IF EXISTS {BEFORE_RESTORE} CASCADE")
    copies.forget_aside()


def last_known() -> datetime:
    """Return the last moment of which a database that was put back by other means knows anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT greatest((SELECT max(b.written_at) FROM people_batch b JOIN platform_workspace w ON w.id = b.workspace_id
                                AND w.clock = 'live'), (SELECT max(at) FROM platform_auditentry),
                               (SELECT max(created_at) FROM platform_workspace WHERE clock = 'live'))"""
        )
        last, now = cursor.fetchone()[0], database_now()
        return min(last or now, now)


def put_back_the_files(file: zipfile.ZipFile, manifest: Manifest, note: Callable[[str], None] = lambda _sentence: None) -> int:
    """Write the lake and the lists of refused lines anew; return how many events the lake holds.

    Where a lake alone holds old events of what was there before, it is set aside with the database until all is done.
    """
    events = 0
    if any_left(BEFORE_RESTORE):
        copies.set_aside()
    for unknown in _lakes_beside(manifest):
        copies.make_anew(unknown, 0, [])
    for number, copy in manifest.lake.items():
        note(f"The lake, part {number} …")
        events += copies.make_anew(int(number), copy.batch_no, _opened(file, copy.files))
    settings.DATA.imports.mkdir(parents=True, exist_ok=True)
    for old in settings.DATA.imports.glob("*-refused.csv"):
        old.unlink()
    for name in manifest.members:
        if name.startswith(IMPORTS):
            with file.open(name) as source, (settings.DATA.imports / PurePosixPath(name).name).open("wb") as target:
                while piece := source.read(1 << 20):
                    target.write(piece)
    return events


def _lakes_beside(manifest: Manifest) -> list[int]:
    """Return the numbers of the workspaces that the backup does not know, and which may have left a lake here."""
    found = {str(number) for number in copies.numbers()}
    if exists(f"{BEFORE_RESTORE}.platform_workspace"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id::text FROM {BEFORE_RESTORE}.platform_workspace")
            found |= {row[0] for row in cursor.fetchall()}
    return sorted(int(number) for number in found - set(manifest.lake))


def _opened(file: zipfile.ZipFile, files: list[tuple[str, str]]) -> Iterator[tuple[Any, str]]:
    for name, month in files:
        with file.open(name) as source:
            yield source, month


@transaction.atomic
def make_safe(*, now: datetime) -> None:
    """Let nothing of before the restore come to mean something else, or open a door that was closed since.

    Numbers leap, so that links in messages which this database knows nothing of lead nowhere; links that let somebody in end;
    jobs that were at work begin anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES, (FEW, LEAP))
        cursor.execute("DELETE FROM django_session")
        cursor.execute("UPDATE platform_signinlink SET expires_at = %s WHERE expires_at > %s", (now, now))
        cursor.execute("UPDATE platform_shardlease SET epoch = epoch + 1, expires_at = %s", (now,))
        cursor.execute("DELETE FROM platform_shardowner")  # whoever held shards then is gone
        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing'")
