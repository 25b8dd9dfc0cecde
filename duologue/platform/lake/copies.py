"""Copies of the lake, file by file, and a lake made anew from them."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from duologue.platform.database import locks
from duologue.platform.lake import disk
from duologue.platform.lake.tables import SCHEMA, SETTINGS, WRITER, folder, opened, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duologue.platform.workspaces.models import Workspace

ROWS: Final = 50_000  # held in memory
MONTH: Final = re.compile(r"month=(\d{4}-\d{2})/")


def hold(workspace: Workspace) -> None:
    """Let nobody write to the lake until `let_go`, on this connection; wait for whoever does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s::int)", (locks.LAKE, workspace.pk))


def let_go(workspace: Workspace) -> None:
    """Let the lake be written again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s::int)", (locks.LAKE, workspace.pk))


def held(workspace: Workspace) -> tuple[int, list[str]]:
    """Return the last batch that the lake holds, and the names of the files it is made of."""
    table = opened(workspace)
    if table is None:
        return 0, []
    return int(table.transaction_version(WRITER) or 0), [uri[uri.rindex("month=") :] for uri in table.file_uris()]


def month_of(name: str) -> str:
    """Return the month of a file of the lake."""
    found = MONTH.search(name)
    assert found is not None, name
    return found[1]


def reading(workspace: Workspace, name: str) -> IO[bytes]:
    """Open a file of the lake, wherever the lake is."""
    from deltalake.fs import DeltaStorageHandler  # noqa: PLC0415 - a large library
    from pyarrow.fs import PyFileSystem  # noqa: PLC0415

    table = opened(workspace)
    assert table is not None
    handler = DeltaStorageHandler.from_table(table._table)  # noqa: SLF001 - what deltalake's own documentation tells to do
    return PyFileSystem(handler).open_input_file(name)  # type: ignore[no-any-return]


def make_anew(workspace_id: int, batch_no: int, files: Iterable[tuple[Any, str]], *, where: str = "") -> int:
    """Write a lake of these (file, month) in place of what is there; return how many events it holds.

    The last to be written is the number of the batch, so that a lake that was cut off says it holds nothing. `where` is another place.
    """
    from deltalake import CommitProperties, Transaction, write_deltalake  # noqa: PLC0415 - a large library

    where = where or place(workspace_id)
    in_a_folder = folder() is not None
    if in_a_folder:
        shutil.rmtree(where, ignore_errors=True)
        Path(where).mkdir(parents=True, exist_ok=True)
    events = 0
    mode: Any = "overwrite"
    for source, month in files:
        parquet = pq.ParquetFile(source)
        events += parquet.metadata.num_rows
        batches = pa.RecordBatchReader.from_batches(SCHEMA, _with_month(parquet, month))
        write_deltalake(where, batches, mode=mode, partition_by=["month"], configuration=SETTINGS)
        mode = "append"
    if batch_no or not in_a_folder:
        mark = CommitProperties(app_transactions=[Transaction(WRITER, batch_no)])
        write_deltalake(where, SCHEMA.empty_table(), mode=mode, partition_by=["month"], configuration=SETTINGS, commit_properties=mark)
    if not in_a_folder and (table := opened(workspace_id)) is not None:  # what was there before goes from every file
        table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        table.create_checkpoint()
        table.cleanup_metadata()
    return events


def put_in_place(workspace_id: int, files: Iterable[tuple[Any, str]]) -> None:
    """Do as `make_anew` does, of no batch, for a lake in a folder: what is there goes once the new one is whole and on the disk."""
    here = Path(place(workspace_id))
    new, old = (here.with_name(f"{here.name}.{state}") for state in ("new", "old"))
    shutil.rmtree(new, ignore_errors=True)
    make_anew(workspace_id, 0, files, where=str(new))
    os.sync()
    here.rename(old)
    new.rename(here)
    disk.keep_one(here.parent)
    shutil.rmtree(old)


def take_up(workspace_id: int) -> None:
    """Bring a lake back that `put_in_place` was about to change when it was cut off."""
    here = Path(place(workspace_id))
    old = here.with_name(f"{here.name}.old")
    if old.exists() and not (here / "_delta_log").exists():
        shutil.rmtree(here, ignore_errors=True)
        old.rename(here)
    shutil.rmtree(old, ignore_errors=True)


def set_aside() -> None:
    """Put all lakes aside, where they lie in a folder, until `bring_back` or `forget_aside`."""
    here = folder()
    if here is None or not here.exists():
        return
    whole, part = _aside(here)
    shutil.rmtree(whole, ignore_errors=True)
    part.mkdir(exist_ok=True)
    for one in _lakes_in(here):
        one.rename(part / one.name)
    part.rename(whole)


def bring_back() -> bool:
    """Put the lakes that were set aside in place of what is there; False where none were. One that was cut off is done to its end."""
    here = folder()
    if here is None:
        return False
    whole, part = _aside(here)
    if whole.exists():
        for one in _lakes_in(here):
            shutil.rmtree(one)
        whole.rename(part)
    elif not part.exists():
        return False
    for one in _lakes_in(part):
        shutil.rmtree(here / one.name, ignore_errors=True)  # a reader makes an empty one
        one.rename(here / one.name)
    part.rmdir()
    return True


def forget_aside() -> None:
    """Let go of lakes that were set aside."""
    if (here := folder()) is not None:
        shutil.rmtree(_aside(here)[0], ignore_errors=True)


def numbers() -> list[int]:
    """Return the numbers of the workspaces that have a lake in the folder of all lakes; none where it is elsewhere."""
    here = folder()
    return [] if here is None else sorted(int(one.name) for one in _lakes_in(here))


def _aside(here: Path) -> tuple[Path, Path]:
    """Return where all lakes lie aside, and where some of them do while the others are in their place.

    Both are inside the folder of lakes, which may be a disk of its own, or lie where nothing else may be written.
    """
    return here / "before-restore", here / "before-restore.part"


def _lakes_in(where: Path) -> list[Path]:
    return [one for one in where.glob("*") if one.name.isdigit()]


def _with_month(parquet: pq.ParquetFile, month: str) -> Iterator[pa.RecordBatch]:
    for batch in parquet.iter_batches(ROWS):
        columns = [
            pa.array([month] * batch.num_rows, pa.string()) if name == "month" else batch.column(name).cast(SCHEMA.field(name).type)
            for name in SCHEMA.names
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
