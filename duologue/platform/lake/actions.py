"""Writing to the lake: one writer at a time, each batch once, and erasing that leaves nothing."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from django.db import connection

from duologue.platform.database import locks
from duologue.platform.lake import disk
from duologue.platform.lake.rules import cleaned, left_out
from duologue.platform.lake.tables import SCHEMA, WRITER, made, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

FILES_BEFORE_TIDYING = 200


class Overtaken(Exception):
    """Another writer changed the lake meanwhile; nothing was appended."""


def take_lock(workspace: Workspace) -> bool:
    """Become the lake's one writer until the transaction ends; False where another is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s::int)", (locks.LAKE, workspace.pk))
        return bool(cursor.fetchone()[0])


def wait_for_lock(workspace: Workspace) -> None:
    """Become the lake's one writer until the transaction ends, once whoever is has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", (locks.LAKE, workspace.pk))


def rows_of(events: Iterable[Any]) -> pa.Table:
    """Return timeline events as rows of the lake, without what identifies a person."""
    columns: list[list[Any]] = [[] for _ in SCHEMA]
    for event in events:
        kept = cleaned(event.properties)
        missing = left_out(event.properties, kept)
        row = (event.profile_id, event.id, event.occurred_at, event.received_at, event.name, _text(kept), event.source)
        about = (event.run_id, event.delivery_id, event.batch_no, _text(missing) if missing else None, event.occurred_at.isoformat()[:7])
        for column, value in zip(columns, (*row, *about), strict=True):
            column.append(value)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


_text: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # making one takes as long as what it writes


def append(*, workspace: Workspace, events: Sequence[Any], batch_no: int) -> int:
    """Append those events whose batch the lake does not hold yet, up to and including `batch_no`; return how many.

    The caller holds `take_lock`. The table's log and the caller's cursor cannot commit together: should the caller's transaction
    be lost after this, the same events are handed in again and passed over. Where the database died under the caller its lock is
    lost unseen, and another writer may be at it: only what follows on the version that was looked at is kept. Raises Overtaken.
    """
    from deltalake import CommitProperties, Transaction, write_deltalake  # noqa: PLC0415 - a large library
    from deltalake.exceptions import CommitFailedError  # noqa: PLC0415

    try:
        table = made(workspace)
        held = int(table.transaction_version(WRITER) or 0)
        new = [event for event in events if event.batch_no > held]
        if batch_no <= held or not new:
            return 0
        only_next = CommitProperties(app_transactions=[Transaction(WRITER, batch_no)], max_commit_retries=0)
        write_deltalake(table, rows_of(new), mode="append", commit_properties=only_next)
    except CommitFailedError:
        raise Overtaken from None
    return len(new)


def keep(*, workspace: Workspace) -> None:
    """Return once all that the lake holds is on the disk: call it before the lake alone is to hold something."""
    if (table := opened(workspace)) is not None:
        disk.keep(table)


def tidy(*, workspace: Workspace) -> bool:
    """Put many small files together; the old ones go an hour later. The caller holds `take_lock`."""
    table = opened(workspace)
    if table is None or len(table.file_uris()) < FILES_BEFORE_TIDYING:
        return False
    table.optimize.compact()
    disk.keep(table)
    table.vacuum(dry_run=False, enforce_retention_duration=False)
    _clean_log(table)
    return True


def erase(*, workspace: Workspace, profiles: Sequence[int]) -> int:
    """Remove all rows of these profiles: from the table, from every old file, and from the log; return how many.

    The caller holds `take_lock`. Readers that opened the table before may miss files and open it again.
    """
    table = opened(workspace)
    if table is None:
        return 0
    gone = 0
    if profiles:
        listed = ", ".join(str(int(profile)) for profile in profiles)
        gone = int(table.delete(f"profile_id IN ({listed})")["num_deleted_rows"])
    _forget_old_files(table)
    return gone


def remove_older(*, workspace: Workspace, names: Sequence[str], all_but: bool, before: datetime) -> int:
    """Remove the events of these names (or of all but these) that happened before a moment; return how many.

    The caller holds the lock. They go from the table, from every old file, and from the log.
    """
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    about = f"name {'NOT IN' if all_but else 'IN'} ({listed})" if names else "true"
    return _remove(workspace, f"month <= '{before.astimezone(UTC):%Y-%m}' AND occurred_at < {_moment(before)} AND {about}")


def change_events(*, workspace: Workspace, events: Sequence[tuple[int, datetime, dict[str, Any] | None]]) -> int:
    """Give these events (id, when it happened, properties) other properties, and remove those that have None; return how many.

    The caller holds the lock. What they held before goes from the table, from every old file, and from the log.
    """
    table = opened(workspace)
    if table is None or not events:
        return 0
    columns = {
        "id": pa.array([number for number, _, _ in events], pa.int64()),
        "month": pa.array([f"{at.astimezone(UTC):%Y-%m}" for _, at, _ in events], pa.string()),
        "properties": pa.array([None if kept is None else _text(cleaned(kept)) for _, _, kept in events], pa.string()),
    }
    merging = table.merge(pa.table(columns), "held.month = said.month AND held.id = said.id", source_alias="said", target_alias="held")
    found = merging.when_matched_delete("said.properties IS NULL").when_matched_update({"properties": "said.properties"}).execute()
    changed = int(found["num_target_rows_deleted"] + found["num_target_rows_updated"])
    if changed:
        _forget_old_files(table)
    return changed


def _moment(at: datetime) -> str:
    return f"arrow_cast('{at.astimezone(UTC).isoformat()}', 'Timestamp(Microsecond, Some(\"UTC\"))')"


def _remove(workspace: Workspace, predicate: str) -> int:
    table = opened(workspace)
    if table is None:
        return 0
    gone = int(table.delete(predicate)["num_deleted_rows"] or 0)
    if gone:
        _forget_old_files(table)
    return gone


def _forget_old_files(table: Any) -> None:
    disk.keep(table)
    table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    _clean_log(table)


def _clean_log(table: Any) -> None:
    table.create_checkpoint()
    disk.keep(table)
    table.cleanup_metadata()
