"""People imported with e-mail, phone, consent and five facts, beside a COPY of the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.files import PEOPLE, people_file
from bench.meter import Meter, Row
from bench.raw import copy_file

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size


def measure(folder: Path, size: Size) -> list[Row]:
    from duologue.people.imports.actions import import_file
    from duologue.platform.workspaces.actions import create_workspace

    path = folder / "people.csv"
    count = people_file(path, size.many(50_000, 1_000_000))
    workspace = create_workspace(name="bench-people")
    with Meter(with_children=True) as meter:
        job = import_file(workspace=workspace, path=path, kind="people", recipe=PEOPLE)
    assert job.rows_written == count, f"{job.rows_written} of {count} people written"
    raw = count / copy_file(path, 9)
    return [meter.row(f"import {count:,} people, five facts", "people/s", count, limit=raw, goal=8_000)]
