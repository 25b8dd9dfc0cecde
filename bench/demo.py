"""What somebody waits for who looks at Duologue for the first time: the demo's year, played in virtual time through every door."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

END = datetime(2026, 11, 22, 6, tzinfo=UTC)
GOAL_SECONDS = 60


def measure(_folder: Path, _size: Size) -> list[Row]:
    from duologue.cli.demo.opening import play
    from duologue.cli.demo.play import Scale
    from duologue.engage.channels.models import KeptMail
    from duologue.measure.reports.queries import report
    from duologue.people.models import Event, Refusal

    scale, days = Scale(), []
    with Meter() as meter:
        played = play(end=END, scale=scale, progress=days.append)
    shop = played.workspace
    lift = report(shop, "win-back", END)["lift"]
    assert lift["low"] <= played.true_lift <= lift["high"], f"{lift} misses what is true, {played.true_lift}"
    assert not Refusal.within(shop).exists(), "an event was refused"
    for dialogue in scale.dialogues:
        accepted = report(shop, dialogue, END)["deliveries"]["accepted"]
        assert accepted == KeptMail.within(shop).filter(delivery__dialogue__name=dialogue).count(), f"letters of {dialogue}"
    row = meter.row("the demo's year", "s", len(days), limit=None, goal=GOAL_SECONDS)
    row.less_is_better = True
    row.value = meter.seconds
    row.note = f"seconds (goal: under); {len(days)} stops of the clock, {Event.within(shop).count():,} events; µs are for a stop"
    return [row]
