"""Which variant of a message did best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNWELCOME: Final = ("opt_out", "complaint", "wrong_person")
"""What a reply may mean that speaks against the letter it answers, though it is a response to it."""


class Tried(msgspec.Struct, frozen=True):
    """How many letters left with a variant, and of how many something good came."""

    sent: int
    good: int


def did_best(of: Sequence[str], tried: Mapping[str, Tried]) -> str:
    """Return the variant with the greatest share of good ones; of equals, and where nobody was sent any, the one named first.

    A share is taken as (good + 1) / (sent + 2), Laplace's rule, so that one lucky letter does not outdo a hundred.
    """
    if not of:
        return "plain"

    def share(variant: str) -> float:
        found = tried.get(variant, Tried(0, 0))
        return (found.good + 1) / (found.sent + 2) if found.sent else 0.0

    return max(of, key=share)
