"""What a rule says of somebody of whom nothing is known: such people need no row, as long as it says that they are not in."""

from __future__ import annotations

from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Final

from duologue.strategize.segments.rules.tree import All, Did, Fact, Not, Property, Some, Summary

if TYPE_CHECKING:
    from duologue.strategize.segments.rules.tree import Compare, Cond

SIZES: Final = {"over": gt, "under": lt, "at_least": ge, "at_most": le}


def holds_for_a_stranger(cond: Cond) -> bool:
    """Return the verdict on somebody with no event, fact, consent or membership; time alone never changes it."""
    if isinstance(cond, All):
        return all(holds_for_a_stranger(one) for one in cond.of)
    if isinstance(cond, Some):
        return any(holds_for_a_stranger(one) for one in cond.of)
    if isinstance(cond, Not):
        return not holds_for_a_stranger(cond.of)
    assert not isinstance(cond, Property)
    if isinstance(cond, Did):
        return all(_nought_meets(one) for one in cond.times)
    if isinstance(cond, Summary):
        return all(_nought_meets(one) if cond.kind in {"count", "sum"} else _nothing_meets(one) for one in cond.compare)
    return isinstance(cond, Fact) and all(_nothing_meets(one) for one in cond.compare)


def _nothing_meets(one: Compare) -> bool:
    return one.op == "not" or (one.op == "known" and not one.value)


def _nought_meets(one: Compare) -> bool:
    if one.other:  # a fact, which is not known
        return one.op == "not"
    if one.op in SIZES:
        return bool(SIZES[one.op](Decimal(0), Decimal(str(one.value))))
    values = one.value if isinstance(one.value, list) else [one.value]
    return any(value == 0 for value in values) is (one.op == "is")
