"""The names of time zones."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones; they stand in some six hundred files, which are looked through once."""
    return frozenset(available_timezones())
