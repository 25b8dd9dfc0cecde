"""Before a dialogue is launched: the win-back of the real shop, simulated for 100,000 invented people to its last day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.meter import Meter, Row

if TYPE_CHECKING:
    from bench.sizes import Size
    from duologue.strategize.dialogues.rules.plan import Plan

PLAN = Path(__file__).parents[1] / "examples/online-retail/plan/dialogues/win-back.yaml"
PEOPLE = 100_000, 100_000  # at either size, as the goal says
SAMPLE = 1_000  # people decided for one by one, to compare
GOAL_SECONDS = 30


def measure(_folder: Path, size: Size) -> list[Row]:
    from bench.crowd import NOON
    from duologue.engage.runs.rules.assumed import Assumptions
    from duologue.engage.runs.simulate import simulate
    from duologue.strategize.dialogues.rules.read import read_dialogue

    people = size.many(*PEOPLE)
    plan: Plan = read_dialogue(PLAN.read_text(), PLAN.name)
    alone = simulate(plan, Assumptions(people=SAMPLE), NOON, together=1)
    assert simulate(plan, Assumptions(people=SAMPLE), NOON) == alone, "a crowd came to something else than its people one by one"
    with Meter() as meter:
        found = simulate(plan, Assumptions(people=people), NOON)
    started = round(people * (1 - plan.holdout))
    assert found.held_out + sum(found.ended.values()) == people, found
    assert sum(found.by_day.values()) == sum(found.by_turn.values()) == found.deliveries, found
    assert found.by_turn["invite"] == started, found
    row = meter.row(f"simulate the win-back for {people:,}", "s", people, limit=None, goal=GOAL_SECONDS)
    row.less_is_better = True
    row.value = meter.seconds
    row.note = f"seconds (goal: under); {found.deliveries:,} messages over {found.longest_days:.0f} days"
    return [row]
