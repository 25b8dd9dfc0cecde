"""How many examples a property test draws."""

from __future__ import annotations

import os


def drawn(number: int) -> int:
    """A third of it in `make test`; all of it in `make test-all`, which sets DUOLOGUE_THOROUGH."""
    return number if os.environ.get("DUOLOGUE_THOROUGH") else max(4, number // 3)
