"""Where the lake is and what its one table holds. Described in docs/reference/lake.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from django.conf import settings

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from duologue.platform.workspaces.models import Workspace

WRITER: Final = "duologue"  # the name of the application transaction whose version is the last batch held
MOMENT: Final = pa.timestamp("us", tz="UTC")
SCHEMA: Final = pa.schema(
    [
        ("profile_id", pa.int64()),
        ("id", pa.int64()),
        ("occurred_at", MOMENT),
        ("received_at", MOMENT),
        ("name", pa.string()),
        ("properties", pa.string()),
        ("source", pa.string()),
        ("run_id", pa.int64()),
        ("delivery_id", pa.int64()),
        ("batch_no", pa.int64()),
        ("left_out", pa.string()),
        ("month", pa.string()),
    ]
)
SETTINGS: Final = {
    # statistics stand in the log in plain text: only of times, names and numbers
    "delta.dataSkippingStatsColumns": "profile_id,id,occurred_at,received_at,name,batch_no",
    "delta.logRetentionDuration": "interval 0 seconds",
    "delta.deletedFileRetentionDuration": "interval 1 hours",
}


def place(workspace: Workspace | int) -> str:
    """Return the folder or address of a workspace's events."""
    root = settings.LAKE_URL or str(settings.DATA.lake)
    number = workspace if isinstance(workspace, int) else workspace.pk
    return f"{root.rstrip('/')}/{number}/events"


def folder() -> Path | None:
    """Return the folder that holds the lakes of all workspaces, or None where they are elsewhere than on this machine."""
    if "://" in settings.LAKE_URL:
        return None
    return Path(settings.LAKE_URL or settings.DATA.lake)


def opened(workspace: Workspace | int) -> DeltaTable | None:
    """Return the table, or None while nothing was written."""
    from deltalake import DeltaTable  # noqa: PLC0415 - loads a large library, which idle processes do without

    where = place(workspace)
    if not settings.LAKE_URL:
        Path(where).mkdir(parents=True, exist_ok=True)
    return DeltaTable(where) if DeltaTable.is_deltatable(where) else None


def made(workspace: Workspace) -> DeltaTable:
    """Return the table, made where there is none."""
    from deltalake import DeltaTable  # noqa: PLC0415 - as above

    found = opened(workspace)
    return found or DeltaTable.create(place(workspace), schema=SCHEMA, mode="ignore", partition_by=["month"], configuration=SETTINGS)
