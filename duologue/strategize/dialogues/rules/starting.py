"""What starts a dialogue: which events, for which occasion; and how chance is drawn."""

from __future__ import annotations

import hashlib
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from duologue.kit.predicate import Properties, dig, holds
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.dialogues.rules.context import Context
    from duologue.strategize.dialogues.rules.plan import Plan, Trigger, Turn
    from duologue.strategize.dialogues.rules.state import Known

NAMES = {
    "joins": (names.SEGMENT_JOINED, "segment"),
    "leaves": (names.SEGMENT_LEFT, "segment"),
    "granted": (names.CONSENT_GRANTED, "purpose"),
    "replied": (names.MESSAGE_REPLIED, "intent"),
}
"""The event that tells each kind of start, and the property that names what is meant."""


def starts(trigger: Trigger, name: str, properties: Mapping[str, Any], around: Context) -> bool:
    """Say whether an event starts a run: by its name, by what it is about, or by the placement it names; and its `where` holds."""
    if trigger.kind == "event":
        fits = name == trigger.name
    elif trigger.kind == "placement":
        fits = properties.get("placement") == trigger.name
    elif trigger.kind in NAMES:
        event, key = NAMES[trigger.kind]
        fits = name == event and (trigger.name == "any" or properties.get(key) == trigger.name)
    else:
        return False
    return fits and (not trigger.where or holds(trigger.where, Properties(properties, around)))


def occasion(plan: Plan, start: Mapping[str, Any]) -> str:
    """Return what `per` names for a run: a basket, an order. Empty for one run per person, and where nothing is found."""
    found = dig({"start": dict(start)}, plan.per) if plan.per else None
    return "" if found is None else str(found)[:120]


def arm_of(dialogue: str, turn: Turn, seq: int, person: Known, seed: int) -> str:
    """Return where an experiment leads a person: to the arm it has settled on, if that is one of this turn's, or one drawn by chance."""
    way = person.settled.get(f"{dialogue}.{turn.name}")
    if way is not None and any(arm.then == way for arm in turn.arms):
        return way
    drawn = chance(seed, person.profile, turn.name, seq)
    ends = accumulate(arm.share for arm in turn.arms)
    return next((arm.then for arm, end in zip(turn.arms, ends, strict=True) if drawn < end), turn.arms[-1].then)


def chance(seed: int, *of: int | str) -> float:
    """Return the same number from 0 up to 1 for the same things, always: a share of a keyed hash."""
    text = "\x1f".join(str(one) for one in of).encode()
    key = seed.to_bytes(16, "big", signed=True)
    return int.from_bytes(hashlib.blake2b(text, digest_size=7, key=key).digest(), "big") / (1 << 56)
