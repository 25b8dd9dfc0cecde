"""What a site may be called: its name stands in its address."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
TAKEN: Final = frozenset({"letters", "new", "voices"})
"""Names of other pages."""


def may_be_called(name: str) -> bool:
    """Say whether a site may have a name."""
    return NAME.fullmatch(name) is not None and name not in TAKEN


def sentence(name: str) -> str:
    """Say why a site may not have a name."""
    if name in TAKEN:
        return f"A site cannot be called {name!r}: another page has this address."
    return f"A site cannot be called {name!r}: use small letters, digits and dashes, as in tea-letter."
