"""Whether the lake outlasts a power cut: deltalake writes its files without asking the disk to keep them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from deltalake import DeltaTable


def keep(table: DeltaTable) -> None:
    """Return once all that this version of a table is made of is on the disk; at once for a table that is in no folder.

    Call it before anything goes that the table was made of until now, for events that have left PostgreSQL are nowhere else.
    """
    where = urlsplit(table.table_uri)
    if where.scheme != "file":
        return
    root = Path(unquote(where.path))
    files = [Path(unquote(file)) for file in table.file_uris()]
    log = root / "_delta_log"
    entries = [entry for entry in log.iterdir() if entry.is_file()]
    for path in [*files, *entries, *{file.parent for file in files}, log, root, *root.parents[:2]]:
        keep_one(path)


def keep_one(path: Path) -> None:
    """Return once a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
