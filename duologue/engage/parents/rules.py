"""The words of the room: which fact names a parent, and how a letter to one is told apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ADDRESS: Final = "parent_email"
"""The fact that holds the address a young person gave for a parent."""
TURN: Final = "parent"
AGAIN: Final = timedelta(days=7)
"""A parent is not asked again about the same child before."""
TOO_LATE: Final = timedelta(days=3)
