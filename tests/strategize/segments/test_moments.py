# ruff: noqa: DTZ001 - the engine works in UTC without a zone
"""What may stand in a fact or property, as the engine reads it."""

from datetime import datetime

import pytest

from duologue.strategize.segments import engine


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-01-05T14:00:00+02:00", datetime(2026, 1, 5, 12)),
        ("2026-01-05T12:00:00", datetime(2026, 1, 5, 12)),
        ("2025-12-31T23:59:59.5Z", datetime(2025, 12, 31, 23, 59, 59, 500_000)),
        ("2026-01-05", datetime(2026, 1, 5)),
        ("99999999999999", None),
        ("tomorrow or so", None),
    ],
)
def test_moments_are_read_with_their_offset(words, moment):
    assert engine.new_connection().execute("SELECT as_moment(?)", [words]).fetchone() == (moment,)
