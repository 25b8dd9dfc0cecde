"""Long ways as lists of named steps, each of which may stop an item with a counted reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")


class Refused(Exception):
    """An expected refusal: a short reason to count by, and a sentence for a person."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


@dataclass(slots=True)
class Passage(Generic[Item]):
    """A batch on its way: the items still moving, those that were stopped and why, and how many of each."""

    items: list[Item]
    stopped: list[tuple[Item, Refused]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def keep(self, passes: Callable[[Item], Refused | None]) -> None:
        """Keep the items for which the question answers None; stop the others with what it answers."""
        kept: list[Item] = []
        for item in self.items:
            refusal = passes(item)
            if refusal is None:
                kept.append(item)
            else:
                self.stop(item, refusal)
        self.items = kept

    def stop(self, item: Item, refusal: Refused) -> None:
        """Note an item as stopped; the caller leaves it out of `items`."""
        self.stopped.append((item, refusal))
        self.counts[refusal.reason] += 1


def walk(passage: Passage[Item], steps: Sequence[Callable[[Passage[Item]], None]]) -> Passage[Item]:
    """Lead a batch through the steps in order; an empty batch goes no further."""
    for step in steps:
        if not passage.items:
            break
        step(passage)
    return passage
