"""From people and what they bought to the two arms of the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.measure.lift.rules import Arm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.measure.funnels.conversions import Considered


def arms(people: Iterable[Considered]) -> tuple[Arm, Arm]:
    """Return (invited, held out), by intention to treat: everyone drawn counts, whatever became of their run."""
    sums = {False: [0, 0, 0, 0], True: [0, 0, 0, 0]}
    for person in people:
        side = sums[person.held_out]
        side[0] += 1
        side[1] += person.conversions > 0
        side[2] += person.revenue
        side[3] += person.revenue**2
    return Arm(*sums[False]), Arm(*sums[True])
