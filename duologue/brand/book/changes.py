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
    order = list(TITLES.values())
    names = sorted(dict.fromkeys([*old, *new]), key=lambda name: order.index(name.partition(":")[0]))
    return [Change(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _flat(data: dict[str, Any]) -> dict[str, str]:
    """Return each thing that may change by itself, in words: a field, a part of one, or one of a list of promises."""
    found: dict[str, str] = {}
    for key, title in TITLES.items():
        value = data.get(key)
        if isinstance(value, dict):
            found |= {f"{title}: {_words(part)}": _said(inner) for part, inner in value.items()}
        elif isinstance(value, list):
            found |= dict(_one_of(title, one) for one in value)
        elif value is not None:
            found[title] = str(value)
    return found


def _one_of(title: str, one: Any) -> tuple[str, str]:
    """Return the name of one of a list, and what it says."""
    if not isinstance(one, dict):
        return f"{title}: {one}", str(one)
    key = next((key for key in KEYS if key in one), "")
    name = one[key] if key else ", ".join(one)
    rest = {inner: said for inner, said in one.items() if inner != "name"}
    return f"{title}: {name}", _said(rest)


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{_words(key)}: {_said(inner)}" if inner else _words(key) for key, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _words(key: Any) -> str:
    return str(key).replace("_", " ")
