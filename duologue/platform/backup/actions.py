"""Making a backup while everything goes on."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from duologue.platform.backup import programs
from duologue.platform.backup.archive import BackupRefused, Writing, writing
from duologue.platform.backup.generation import rise
from duologue.platform.backup.models import Installation
from duologue.platform.backup.rules import DATABASE, FORMAT, Here, LakeCopy, Manifest
from duologue.platform.database.clock import database_now
from duologue.platform.lake import copies
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMPORTS: Final = "imports/"


def here() -> Here:
    """Return what a backup is compared with before it is put back."""
    known = [f"{app}.{name}" for app, name in _migrations_on_disk()]
    return Here(our_version(), known, key_mark(), programs.server_major())


def our_version() -> str:
    """Return this version of Duologue."""
    try:
        return version("duologue")
    except PackageNotFoundError:
        return "0"


def key_mark() -> str:
    """Return a few letters by which the installation's key is known again, and which tell nothing of it."""
    return hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=4, person=b"backup").hexdigest()


def make_backup(path: Path, note: Callable[[str], None] = lambda _sentence: None) -> Manifest:
    """Write database, lake and lists of refused lines, as they are at one moment, into one file; nothing has to stop for it.

    Holds a few megabytes in memory whatever the size. Raises BackupRefused or ProgramFailed, and leaves nothing behind then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    major = programs.server_major()
    programs.program("pg_dump", major)  # better now than after an hour
    number = rise()
    try:
        with writing(path) as parts:
            manifest = _write(parts, number, major, note)
            parts.end(manifest)
    except OSError as error:
        raise BackupRefused(f"{path} could not be written ({error.strerror or error}). Is there room?") from None
    size = path.stat().st_size
    Installation.objects.filter(pk=1).update(backed_up_at=manifest.taken_at, backed_up_to=str(path)[:500], backed_up_bytes=size)
    return manifest


def _write(parts: Writing, number: int, major: int, note: Callable[[str], None]) -> Manifest:
    rooms = list(Workspace.objects.order_by("pk"))
    lake: dict[str, LakeCopy] = {}
    with _snapshot(rooms) as (name, taken_at, done_with_the_lake):
        for room in rooms:
            note(f"The lake of {room.name} …")
            batch_no, files = copies.held(room)
            lake[str(room.pk)] = LakeCopy(batch_no, [_lake_file(parts, room, at, file) for at, file in enumerate(files)])
        done_with_the_lake()
        for file in sorted(settings.DATA.imports.glob("*-refused.csv")):
            with file.open("rb") as source:
                parts.add(f"{IMPORTS}{file.name}", source)
        note("The database …")
        with programs.dumping(name, major) as source:
            parts.add(DATABASE, source)
        applied = sorted(f"{app}.{migration}" for app, migration in MigrationRecorder(connection).applied_migrations())
    names = [room.name for room in rooms]
    return Manifest(FORMAT, our_version(), number, taken_at, major, key_mark(), applied, names, lake, parts.members)


def _migrations_on_disk() -> Iterator[tuple[str, str]]:
    for app in apps.get_app_configs():
        folder = Path(app.path, "migrations")
        yield from ((app.label, module.name) for module in iter_modules([str(folder)]) if not module.name.startswith("_"))


def _lake_file(parts: Writing, room: Workspace, at: int, name: str) -> tuple[str, str]:
    member = f"lake/{room.pk}/{at}.parquet"
    with copies.reading(room, name) as source:
        parts.add(member, source)
    return member, copies.month_of(name)


@contextmanager
def _snapshot(rooms: list[Workspace]) -> Iterator[tuple[str, Any, Callable[[], None]]]:
    """Give a snapshot's name, its moment, and what to call once the lake is copied.

    The lake is held first and then the snapshot is taken: so the lake never holds a batch that the snapshot does not know.
    """
    with ExitStack() as held:
        for room in rooms:
            copies.hold(room)
            held.callback(copies.let_go, room)
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0], database_now(), held.close
