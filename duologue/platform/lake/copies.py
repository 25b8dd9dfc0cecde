"""Copies of the lake, file by file, and a lake made anew from them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection

from duologue.platform.database import locks
from duologue.platform.lake.tables import SCHEMA, SETTINGS, WRITER, opened, place

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


def make_anew(workspace_id: int, batch_no: int, files: Iterable[tuple[Any, str]]) -> int:
    """Write a lake of these (file, month) in place of what is there; return how many events it holds.

    The last to be written is the number of the batch, so that a lake that was cut off says it holds nothing.
    """
    from deltalake import CommitProperties, Transaction, write_deltalake  # noqa: PLC0415 - a large library

    where = place(workspace_id)
    if not settings.LAKE_URL:
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
    if batch_no or settings.LAKE_URL:
        mark = CommitProperties(app_transactions=[Transaction(WRITER, batch_no)])
        write_deltalake(where, SCHEMA.empty_table(), mode=mode, partition_by=["month"], configuration=SETTINGS, commit_properties=mark)
    if settings.LAKE_URL and (table := opened(workspace_id)) is not None:  # what was there before goes from every file
        table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        table.create_checkpoint()
        table.cleanup_metadata()
    return events


def _with_month(parquet: pq.ParquetFile, month: str) -> Iterator[pa.RecordBatch]:
    for batch in parquet.iter_batches(ROWS):
        columns = [
            pa.array([month] * batch.num_rows, pa.string()) if name == "month" else batch.column(name).cast(SCHEMA.field(name).type)
            for name in SCHEMA.names
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
