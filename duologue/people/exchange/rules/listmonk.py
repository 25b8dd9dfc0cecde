"""listmonk: subscribers as its export writes them (cmd/subscribers.go), of whom a list's status is chosen before and not written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from duologue.people.exchange.rules.line import Line, by_state, facts_of, first, left, not_understood, written

if TYPE_CHECKING:
    from duologue.people.exchange.rules.line import Row


def read(row: Row, email: str, state: str) -> Line:
    """Read a subscriber; whoever is blocklisted left everything."""
    status = first(row, "status").lower()
    if status == "blocklisted":
        line = left(row, email, "updated_at", reason="blocklisted", everything=True)
    elif status not in {"", "enabled", "disabled"}:
        raise not_understood(status, "status")
    else:
        line = Line(email=email, facts=facts_of(row)) if status == "disabled" else by_state(row, email, state)
    return replace(line, facts=_attributes(row) | line.facts)


def _attributes(row: Row) -> dict[str, Any]:
    """Return what listmonk keeps of a person beside the name: a map as JSON, of which plain values and lists of them are facts."""
    try:
        found = msgspec.json.decode(first(row, "attributes") or "{}")
    except (msgspec.DecodeError, UnicodeError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in items if _is_plain(value) or (isinstance(value, list) and value and all(map(_is_plain, value)))}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def write(line: Line) -> dict[str, str]:
    """Write a subscriber for listmonk's import, which reads address, name and attributes, and is told the rest of the list as a whole."""
    blocked = bool(line.suppress) or line.everything
    name = " ".join(part for part in (line.facts.get("first_name"), line.facts.get("last_name")) if part) or line.facts.get("name", "")
    at = written(line)
    return {
        "email": line.email,
        "name": name,
        "attributes": msgspec.json.encode({"reason": line.reason} if line.reason else {}).decode(),
        "status": "blocklisted" if blocked else "enabled",
        "created_at": at,
        "updated_at": at,
    }
