"""How large a run is: small or full, and how many people and events where somebody asked for another number."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PEOPLE, MOST_EVENTS = 10_000_000, 1_000_000_000


@dataclass(frozen=True)
class Size:
    """`people` and `events` stand in place of a case's own numbers; None leaves them."""

    full: bool = False
    people: int | None = None
    events: int | None = None

    def __post_init__(self) -> None:
        for name, asked, most in (("people", self.people, MOST_PEOPLE), ("events", self.events, MOST_EVENTS)):
            if asked is not None and not 1_000 <= asked <= most:
                raise ValueError(f"{asked:,} {name} cannot be measured: from 1,000 to {most:,} can be asked for.")

    @property
    def name(self) -> str:
        """What results say: figures of the two usual sizes alone go into the documentation."""
        asked = [f"{count:,} {name}" for name, count in (("people", self.people), ("events", self.events)) if count]
        return " and ".join(asked) or ("full" if self.full else "small")

    def choose(self, small: int, full: int) -> int:
        """Return the number that grows with the size alone, as seconds of load do."""
        return full if self.full else small

    def many(self, small: int, full: int) -> int:
        """Return how many people: those who are asked, written to, or wait."""
        return self.people or self.choose(small, full)

    def past(self, small: int, full: int) -> int:
        """Return how many events lie behind them."""
        return self.events or self.choose(small, full)

    def words(self) -> list[str]:
        """Return the options that say the same to another process."""
        asked = [f"--{name}={count}" for name, count in (("people", self.people), ("events", self.events)) if count]
        return [f"--size={'full' if self.full else 'small'}", *asked]
