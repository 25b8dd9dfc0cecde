"""What a delivery's `body` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def perk_ids(bodies: Iterable[Mapping[str, Any]]) -> list[int]:
    """Return the perks that were set aside for deliveries with these bodies."""
    return [perk["perk"] for body in bodies for perk in (body.get("perks") or {}).values()]


def body_of(kept: str | dict[str, Any]) -> dict[str, Any]:
    """Return a body as the database gave it back, which may be text."""
    found: dict[str, Any] = msgspec.json.decode(kept) if isinstance(kept, str) else kept
    return found
