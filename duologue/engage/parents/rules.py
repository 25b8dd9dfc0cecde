"""The words of the room: which fact names a parent, and how a letter to one is told apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ADDRESS: Final = "parent_email"
"""The fact that holds the address a young person gave for a parent."""
CHILD: Final = "child_name"
"""The fact that holds what the same form calls the child, if only to say that it does not."""
TURN: Final = "parent"
AGAIN: Final = timedelta(days=7)
"""A parent is not asked again about the same child before."""
MOST: Final = 3
"""So many letters at most go to one address in that time, for whichever children: anybody can fill in a form."""
TOO_LATE: Final = timedelta(days=3)
