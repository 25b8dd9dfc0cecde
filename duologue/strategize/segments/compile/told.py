"""What a condition tells: whether it holds for a joined row, when that may change by itself, and what it was told from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import ibis

from duologue.strategize.segments.compile.cells import FALSE
from duologue.strategize.segments.compile.vocabulary import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duologue.strategize.segments.rules.tree import Compare

    Decide = Callable[[Any], Any]

NEVER = ibis.null("timestamp(6)")


@dataclass(frozen=True)
class Turn:
    """A moment of a joined row at which a verdict may change by itself, `where` it can change any.

    `ahead`: it lies after the present, or is nothing. `inside`: only those who are in have one.
    """

    at: Decide
    where: Decide | None = None
    ahead: bool = False
    inside: bool = False

    def next(self, row: Any) -> Any:
        """Return the moment if it lies ahead and can change the verdict, or nothing."""
        at = self.at(row)
        asked = [self.where(row)] if self.where else []
        asked += [] if self.ahead else [at > moment()]
        return ibis.ifelse(reduce(and_, asked), at, NEVER) if asked else at


@dataclass(frozen=True)
class Told:
    """`holds` takes the joined row, as `turns` do; `sources` are the names of what is joined that they look at."""

    holds: Decide
    turns: tuple[Turn, ...] = ()
    sources: frozenset[str] = frozenset()

    def next(self, row: Any) -> Any:
        """Return the first of the turns that lies ahead, or nothing; there is at least one turn."""
        ahead = [turn.next(row) for turn in self.turns]
        return ibis.least(*ahead) if len(ahead) > 1 else ahead[0]


def together(parts: Sequence[Told], *, every: bool) -> Told:
    """Return what several conditions tell: whether all hold, or one of them."""
    turns = tuple(replace(turn, inside=turn.inside and not every) for one in parts for turn in one.turns)
    sources = frozenset().union(*(one.sources for one in parts))
    if not parts:
        return Told(lambda _: ~FALSE)
    join = and_ if every else or_
    return Told(lambda row: reduce(join, [one.holds(row) for one in parts]), turns, sources)


def against(told: Told) -> Told:
    """Return what the opposite tells."""
    return Told(lambda row: ~told.holds(row), tuple(replace(turn, inside=False) for turn in told.turns), told.sources)


def gated(turn: Turn, holds: Decide, compare: Sequence[Compare], *, rising: bool) -> Turn:
    """Return the turn only for those whose verdict it can change: a number that falls makes no one meet `at_least`.

    `rising` says that the number compared grows at that moment, else it falls.
    """
    ops = {one.op for one in compare}
    if ops <= {"over", "at_least"}:
        wanted = not rising
    elif ops <= {"under", "at_most"}:
        wanted = rising
    else:
        return turn
    return replace(turn, where=holds if wanted else lambda row: ~holds(row), inside=wanted)
