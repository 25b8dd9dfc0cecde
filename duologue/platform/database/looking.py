"""Questions that look many rows up one by one, while the tables they look into grow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def by_index(cursor: Any) -> Iterator[None]:
    """Have what is asked meanwhile look into indexes, never through a whole table, by a plan made for how large tables are now.

    What the planner knows of a table lags behind while it grows, and a plan that was kept from when it was empty would read all of it
    for each of a batch's thousands. Must be used inside a transaction; what fails inside it fails that.
    """
    cursor.execute("SELECT current_setting('plan_cache_mode')")
    before = cursor.fetchone()[0]
    cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
    yield
    cursor.execute("SELECT set_config('enable_seqscan', 'on', true), set_config('plan_cache_mode', %s, true)", (before,))
