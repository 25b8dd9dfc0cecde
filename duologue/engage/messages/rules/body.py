"""What a delivery's `body` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from duologue.engage.perks.actions import Reserved


def perk_ids(bodies: Iterable[Mapping[str, Any]]) -> list[int]:
    """Return the perks that were set aside for deliveries with these bodies."""
    return [perk["perk"] for body in bodies for perk in (body.get("perks") or {}).values()]


def remembered(perk: Reserved) -> dict[str, Any]:
    """Return what a body's `perks` hold of one that was set aside for it."""
    ends = {"expires_at": perk.expires_at.isoformat()} if perk.expires_at else {}
    more = {name: value for name, value in (("points", perk.points), ("says", perk.says)) if value}
    return {"perk": perk.perk, "code": perk.code, "worth": perk.worth, **more, **ends}


def body_of(kept: str | dict[str, Any]) -> dict[str, Any]:
    """Return a body as the database gave it back, which may be text."""
    found: dict[str, Any] = msgspec.json.decode(kept) if isinstance(kept, str) else kept
    return found
