"""How the demo's people behave: pure, drawn from a seed, so that what a dialogue truly causes is known.

Each person has habits of their own. What the win-back causes is one habit, `persuadable`: whoever has it buys once more
after getting the code, and would not have bought otherwise. The measured lift can so be compared with the truth.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from duologue.cli.demo.names import FIRST_NAMES, LAST_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

GOODS = (
    ("FERN-CARD", 320, True),
    ("FEATHER-PEN", 1850, False),
    ("MOSS-BOOK", 1400, False),
    ("WRAP-SET", 980, True),
    ("CANDLE", 2200, True),
    ("SEED-BOX", 2650, True),
)
"""Product, price in pence, and whether it is a gift."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws that depend on the seed and on what is drawn, never on the order of drawing."""

    seed: int

    def draw(self, *of: object) -> float:
        """Return a number from 0 to 1."""
        digest = hashlib.blake2b(repr((self.seed, *of)).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def wait(self, mean_days: float, *of: object) -> timedelta:
        """Return an exponential waiting time."""
        return timedelta(days=-mean_days * math.log(1 - self.draw(*of)))


@dataclass(frozen=True, slots=True)
class Human:
    """One simulated person."""

    number: int
    chance: Chance
    joined_at: datetime

    @property
    def first_name(self) -> str:
        return FIRST_NAMES[int(self.chance.draw(self.number, "first") * len(FIRST_NAMES))]

    @property
    def last_name(self) -> str:
        return LAST_NAMES[int(self.chance.draw(self.number, "last") * len(LAST_NAMES))]

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}.{self.number}@people.example".lower()

    @property
    def locale(self) -> str:
        return "de-DE" if self.chance.draw(self.number, "locale") < 0.08 else "en-GB"

    @property
    def gives_gifts(self) -> bool:
        return self.chance.draw(self.number, "gifts") < 0.6

    @property
    def is_persuadable(self) -> bool:
        """Say whether the win-back makes this person buy once more."""
        return self.chance.draw(self.number, "persuadable") < 0.35

    @property
    def reads_mail(self) -> bool:
        return self.chance.draw(self.number, "reads") < 0.75

    @property
    def mailbox_is_gone(self) -> bool:
        return self.chance.draw(self.number, "gone") < 0.01

    def orders_between(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """Return the moments at which this person would buy unasked. Habits last a while; then many go quiet for good."""
        kind = self.chance.draw(self.number, "kind")
        mean = 38 if kind < 0.35 else 85 if kind < 0.8 else 900
        quiet_from = self.joined_at + self.chance.wait(260, self.number, "quiet")
        at, count = self.joined_at, 0
        while True:
            at += timedelta(hours=5) + self.chance.wait(mean, self.number, "order", count)
            count += 1
            if at >= min(end, quiet_from):
                return
            if at >= begin:
                yield waking_hours(at, self.chance.draw(self.number, "hour", count))

    def basket(self, order: object) -> list[tuple[str, int, int, bool]]:
        """Return (product, minor price, quantity, is a gift) lines of an order."""
        lines = []
        for place in range(1 + int(self.chance.draw(self.number, order, "lines") * 3)):
            draw = self.chance.draw(self.number, order, place)
            liked = [good for good in GOODS if good[2] == self.gives_gifts] if draw < 0.8 else list(GOODS)
            product, price, gift = liked[int(self.chance.draw(self.number, order, place, "which") * len(liked))]
            lines.append((product, price, 1 + int(self.chance.draw(self.number, order, place, "many") * 3), gift))
        return lines


def waking_hours(at: datetime, draw: float) -> datetime:
    """Move a moment to between 7 and 22 o'clock of its day."""
    hour = 7 + draw * 15
    return datetime.combine(at.date(), time(int(hour), int(hour % 1 * 60)), tzinfo=at.tzinfo)
