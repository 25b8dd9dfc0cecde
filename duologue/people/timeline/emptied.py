"""Months of which nothing is in the lake alone any more, since the last of it was removed there on purpose."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from duologue.people.timeline.models import LeftMonth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.platform.workspaces.models import Workspace


@contextmanager
def forgetting_emptied(workspace: Workspace) -> Iterator[None]:
    """Forget that events of a month left where its last file of the lake goes inside this block.

    A month that had no file before stays noted: its file was lost, which is to be told. The caller holds the lake's lock.
    """
    noted = list(LeftMonth.within(workspace).values_list("month", flat=True))
    if not noted:
        yield
        return
    before = _with_files(workspace, noted)
    yield
    emptied = before - _with_files(workspace, noted)
    LeftMonth.within(workspace).filter(month__in=emptied).delete()


def _with_files(workspace: Workspace, months: list[str]) -> set[str]:
    from duologue.platform.lake import queries as lake  # noqa: PLC0415 - few processes read the lake

    held = lake.snapshot(workspace)
    return {month for month in months if held.of_months([month]).files}
