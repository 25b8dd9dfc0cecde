"""Order lines imported, grouped into orders, beside a COPY of the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.files import ORDERS, orders_file
from bench.meter import Meter, Row
from bench.raw import copy_file

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size


def measure(folder: Path, size: Size) -> list[Row]:
    from duologue.people.imports.actions import import_file
    from duologue.platform.workspaces.actions import create_workspace

    path = folder / "orders.csv"
    count = orders_file(path, size.past(100_000, 1_000_000))
    workspace = create_workspace(name="bench-orders")
    with Meter(with_children=True) as meter:
        job = import_file(workspace=workspace, path=path, kind="events", recipe=ORDERS)
    assert job.rows_read == count, f"{job.rows_read} of {count} lines read"
    raw = count / copy_file(path, 8)
    return [meter.row(f"import {count:,} order lines", "rows/s", count, limit=raw, goal=50_000)]
