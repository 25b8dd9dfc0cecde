"""How fast letters may leave: so many per second, with a second's worth at once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """A token bucket on the machine's own clock, which no business decision reads."""

    per_second: float
    _free_at: float = field(default_factory=time.monotonic)

    def free_in(self) -> float:
        """Return how many seconds it takes until the next place is free."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now - 1.0)
        return max(self._free_at - now, 0.0)

    def take(self) -> None:
        """Take the next place."""
        self._free_at += 1.0 / self.per_second


class Paces:
    """The paces of one relay: its own, and one for each receiving domain that has a limit."""

    def __init__(self, per_second: float | None, domains: dict[str, float]) -> None:
        self.limits = (per_second, tuple(sorted(domains.items())))
        self._all = Pace(per_second) if per_second else None
        self._domains = {domain.lower(): Pace(limit) for domain, limit in domains.items() if limit}

    def take(self, recipient: str, within: float) -> float | None:
        """Take a place for a recipient and return how many seconds to wait for it; None, and no place taken, if longer than `within`."""
        paces = [pace for pace in (self._all, self._domains.get(recipient.rpartition("@")[2].lower())) if pace is not None]
        wait = max((pace.free_in() for pace in paces), default=0.0)
        if wait > within:
            return None
        for pace in paces:
            pace.take()
        return wait
