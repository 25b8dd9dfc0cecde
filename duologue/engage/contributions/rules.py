"""What becomes of a contribution, and when it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.kit.clock import parse_duration

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.care.rules import Kept

PUBLIC: Final = "public"
"""Where the consent to be shown stands among the channels."""
NO_QUOTE: Final = frozenset({"opt_out", "complaint", "wrong_person", "moved", "no", "question"})
"""Replies to a letter that asks for a quote which are none."""
LONGEST: Final = 4000


def forget_at(kept: Kept, state: str, now: datetime) -> datetime | None:
    """Return when what got into this state now is to go; None where it stays."""
    span = kept.declined if state == "declined" else kept.keep
    return now + parse_duration(span) if span else None
