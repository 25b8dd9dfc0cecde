"""What a condition tells: whether it holds for a joined row, when that may change by itself, and what it was told from."""

from __future__ import annotations

from dataclasses import dataclass
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
class Told:
    """`holds` and each of `turns` take the joined row; `sources` are the names of what is joined that they look at."""

    holds: Decide
    turns: tuple[Decide, ...] = ()
    sources: frozenset[str] = frozenset()

    def next(self, row: Any) -> Any:
        """Return the first of the turns that lies ahead, or nothing; there is at least one turn."""
        ahead = [ibis.ifelse(at > moment(), at, NEVER) for at in (turn(row) for turn in self.turns)]
        return ibis.least(*ahead) if len(ahead) > 1 else ahead[0]


def together(parts: Sequence[Told], *, every: bool) -> Told:
    """Return what several conditions tell: whether all hold, or one of them."""
    turns = tuple(turn for one in parts for turn in one.turns)
    sources = frozenset().union(*(one.sources for one in parts))
    if not parts:
        return Told(lambda _: ~FALSE)
    join = and_ if every else or_
    return Told(lambda row: reduce(join, [one.holds(row) for one in parts]), turns, sources)


def against(told: Told) -> Told:
    """Return what the opposite tells."""
    return Told(lambda row: ~told.holds(row), told.turns, told.sources)


def gated(turn: Decide, holds: Decide, compare: Sequence[Compare], *, rising: bool) -> Decide:
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
    return lambda row: ibis.ifelse(holds(row) if wanted else ~holds(row), turn(row), NEVER)
