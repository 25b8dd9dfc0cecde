"""Questions that look many rows up one by one, while the tables they look into grow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


ONE_BY_ONE: Final = "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan"
IN_ORDER: Final = f"{ONE_BY_ONE}; SET LOCAL enable_nestloop = off; SET LOCAL enable_hashjoin = off"
AS_BEFORE: Final = """
SELECT set_config('enable_seqscan', 'on', true), set_config('enable_nestloop', 'on', true), set_config('enable_hashjoin', 'on', true),
       set_config('plan_cache_mode', %s, true)"""


@contextmanager
def by_index(cursor: Any) -> Iterator[None]:
    """Have what is asked meanwhile look into indexes, never through a whole table, by a plan made for how large tables are now.

    What the planner knows of a table lags behind while it grows, and a plan that was kept from when it was empty would read all of it
    for each of a batch's thousands. Must be used inside a transaction; what fails inside it fails that.
    """
    with _planned(cursor, ONE_BY_ONE):
        yield


@contextmanager
def in_order(cursor: Any) -> Iterator[None]:
    """Have tables that are joined meanwhile be gone through side by side, in the order of their indexes; else as `by_index`.

    For stretches that are nearly all wanted: that costs a tenth of looking each row up, whatever the planner takes their size for.
    """
    with _planned(cursor, IN_ORDER):
        yield


@contextmanager
def _planned(cursor: Any, how: str) -> Iterator[None]:
    cursor.execute("SELECT current_setting('plan_cache_mode')")
    before = cursor.fetchone()[0]
    cursor.execute(how)
    yield
    cursor.execute(AS_BEFORE, (before,))
