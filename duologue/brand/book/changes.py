"""What one version of the brand book changed, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

TITLES: Final = {
    "name": "Name",
    "promise": "Promise in a sentence",
    "value": "What nobody else has",
    "positioning": "Positioning",
    "website": "Website",
    "promises": "Promise",
    "voice": "Voice",
    "look": "Look",
    "senders": "Who writes",
    "commitments": "Commitment",
    "never_about": "Never about",
    "footer": "Below every message",
}
KEYS: Final = ("name", "says")  # by which the things of a list are known


@dataclass(slots=True, frozen=True)
class Change:
    """One field that changed: what it is, how it stood, and how it stands; empty where it was not, or is no longer, there."""

    field: str
    before: str
    after: str


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return what differs between two versions' data, in the order of the book."""
    old, new = _flat(before), _flat(after)
    order = {title: place for place, title in enumerate(TITLES.values())}
    names = sorted({*old, *new}, key=lambda name: order.get(name.partition(":")[0], 99))
    return [Change(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _flat(data: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in data.items():
        _into(found, TITLES.get(key, key), value)
    return found


def _into(found: dict[str, str], name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _into(found, f"{name}: {str(key).replace('_', ' ')}", inner)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for place, one in enumerate(value, 1):
            key = next((str(one[key]) for key in KEYS if key in one), str(place)) if isinstance(one, dict) else str(one)
            rest = {inner: said for inner, said in one.items() if inner != "name"} if isinstance(one, dict) else one
            _into(found, f"{name}: {key}", rest)
    else:
        found[name] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
