"""Identifiers as they are copied; nothing here asks the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.database.blocks import as_block

if TYPE_CHECKING:
    from collections.abc import Iterable


def identifiers_as_block(identifiers: Iterable[tuple[str, str, int, str]]) -> bytes:
    """Return identifiers (kind, value, profile, as written) in the order of their index."""
    return as_block([(kind, value, str(profile), shown[:320]) for kind, value, profile, shown in sorted(identifiers)])
