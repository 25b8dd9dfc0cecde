"""Which events start a dialogue, and for which occasion."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import Properties, dig, holds
from duologue.strategize.dialogues.rules.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.strategize.dialogues.rules.plan import Plan, Trigger
    from duologue.strategize.dialogues.rules.state import Known


def starts(trigger: Trigger, *, kind: str, name: str, properties: Mapping[str, Any], person: Known, now: datetime) -> bool:
    """Say whether something that happened (kind event, joins or leaves) starts a run."""
    if trigger.kind != kind or trigger.name != name:
        return False
    return not trigger.where or holds(trigger.where, Properties(properties, Context(person, {"start": dict(properties)}, now)))


def occasion(plan: Plan, start: Mapping[str, Any], facts: Mapping[str, Any] | None = None) -> str:
    """Return what `per` names for a run: a basket, an order. Empty for one run per person, and where nothing is found."""
    if not plan.per:
        return ""
    root, _, rest = plan.per.partition(".")
    found = dig(dict(start), rest) if root == "start" else (facts or {}).get(rest)
    return "" if found is None else str(found)[:120]


def chance(seed: int, *of: int | str) -> float:
    """Return the same number from 0 up to 1 for the same things, always: a share of a keyed hash."""
    text = "\x1f".join(str(one) for one in of).encode()
    key = seed.to_bytes(16, "big", signed=True)
    return int.from_bytes(hashlib.blake2b(text, digest_size=7, key=key).digest(), "big") / (1 << 56)
