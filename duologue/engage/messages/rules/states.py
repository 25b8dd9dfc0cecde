"""The states of a delivery, and which may follow which."""

from __future__ import annotations

from typing import Final

STATES: Final[dict[str, frozenset[str]]] = {
    "queued": frozenset({"queued", "withheld", "handing_over", "uncertain"}),  # uncertain: it may have gone before a restore
    "handing_over": frozenset({"accepted", "failed", "uncertain", "queued"}),  # queued: definitely not taken, another attempt may follow
    "uncertain": frozenset({"accepted", "failed", "queued"}),  # a carrier's later word, or a person's release; never by itself
    "withheld": frozenset(),
    "accepted": frozenset(),
    "failed": frozenset(),
}


def may_follow(state: str, then: str) -> bool:
    """Say whether a delivery in `state` may go on to `then`."""
    return then in STATES.get(state, frozenset())
