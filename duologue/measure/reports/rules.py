"""The shape of a report, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any, Final, TypeVar

from duologue.kit.text import no_formula
from duologue.measure.attribution import rules as attribution
from duologue.measure.lift import rules as lift

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from duologue.measure.attribution.rules import Conversion, Credit
    from duologue.measure.funnels.queries import Deliveries, People, Runs, TurnCount
    from duologue.measure.funnels.rules import Goal
    from duologue.measure.lift.rules import Arm, Interval

SERVES: Final = ("persona", "promise", "stage", "campaign")
Key = TypeVar("Key", str, tuple[str, str])


def goal_as_json(goal: Goal | None) -> dict[str, Any] | None:
    """Return the goal's event, its time in seconds, and where its value stands."""
    return {"event": goal.event, "within_seconds": int(goal.within.total_seconds()), "value": goal.value} if goal else None


def serves_of(plan: dict[str, Any]) -> dict[str, str]:
    """Return what a dialogue serves: persona, promise, stage and campaign, "" where its plan names none."""
    serves = plan.get("serves") or {}
    return {key: str(serves.get(key) or "") for key in SERVES}


def people_as_json(people: People) -> dict[str, Any]:
    """Return considered = held_out + sum(not_started) + under_way + sum(ended)."""
    return {
        "considered": people.considered,
        "held_out": people.held_out,
        "not_started": _largest_first(people.not_started),
        "under_way": people.under_way,
        "ended": _largest_first(people.ended),
    }


def runs_as_json(runs: Runs) -> dict[str, Any]:
    """Return started = under_way + sum(ended)."""
    return {"started": runs.started, "under_way": runs.under_way, "ended": _largest_first(runs.ended)}


def deliveries_as_json(deliveries: Deliveries) -> dict[str, Any]:
    """Return planned = sum(withheld) + queued + handing_over + accepted + sum(failed) + uncertain."""
    return {
        "planned": deliveries.planned,
        "withheld": _largest_first(deliveries.withheld),
        "queued": deliveries.queued,
        "handing_over": deliveries.handing_over,
        "accepted": deliveries.accepted,
        "failed": _largest_first(deliveries.failed),
        "uncertain": deliveries.uncertain,
        "bounced": deliveries.bounced,
        "confirmed": deliveries.confirmed,
        "responded": deliveries.responded,
    }


def in_order(turns: dict[str, TurnCount], order: Sequence[str]) -> dict[str, TurnCount]:
    """Return turns as the plan has them; those that only an older version had come last."""
    known = [name for name in order if name in turns]
    return {name: turns[name] for name in [*known, *(turns.keys() - set(known))]}


def turns_as_json(turns: dict[str, TurnCount]) -> dict[str, Any]:
    """Return per turn: entered = there_now + the sum over `left`, which lists each line with where it led."""
    return {
        name: {
            "entered": turn.entered,
            "there_now": turn.there_now,
            "accepted": turn.accepted,
            "withheld": turn.withheld,
            "left": [{"heard": heard, "then": then, "people": number} for (heard, then), number in _largest_first(turn.left).items()],
        }
        for name, turn in turns.items()
    }


def _largest_first(counts: Counter[Key]) -> dict[Key, int]:
    """Return counts in an order that does not change from one reading to the next."""
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def attribution_as_json(conversions: Sequence[Conversion], refunds: Sequence[Conversion]) -> dict[str, Any]:
    """Return last_touch and linear; revenue is net of refunds, which follow the touches of what they take back."""
    return {
        "last_touch": _credits(attribution.last_touch(conversions), attribution.last_touch(refunds)),
        "linear": _credits(attribution.linear(conversions), attribution.linear(refunds)),
    }


def _credits(given: dict[str, Credit], taken: dict[str, Credit]) -> dict[str, Any]:
    touches = sorted(given.keys() | taken.keys())
    return {
        touch: {
            "conversions": round(float(given[touch].conversions), 4) if touch in given else 0.0,
            "revenue": (given[touch].revenue if touch in given else 0) + (taken[touch].revenue if touch in taken else 0),
        }
        for touch in touches
    }


def lift_as_json(invited: Arm, held_out: Arm, *, mixed: int) -> dict[str, Any]:
    """Return the difference of conversion rates with its interval and sentence; null where there is no comparison."""
    empty = {"estimate": None, "low": None, "high": None}
    compared = invited.people > 0 and held_out.people > 0
    return {
        **(_interval(lift.rate_difference(invited, held_out)) if compared else empty),
        "sentence": lift.sentence(invited, held_out),
        "invited": {"people": invited.people, "converted": invited.converted, "revenue": invited.revenue},
        "held_out": {"people": held_out.people, "converted": held_out.converted, "revenue": held_out.revenue},
        "mixed_people_left_out": mixed,
        "revenue_per_person": _interval(lift.revenue_difference(invited, held_out)) if compared else empty,
    }


def _interval(interval: Interval) -> dict[str, float | None]:
    found = {"estimate": interval.estimate, "low": interval.low, "high": interval.high}
    return {name: round(value, 6) if math.isfinite(value) else None for name, value in found.items()}


def cost_as_json(thousandths: int, perks: int, revenue: int) -> dict[str, Any]:
    """Return what was spent on deliveries and on redeemed perks, in minor units, and revenue per unit spent."""
    deliveries = round(thousandths / 1000)
    total = deliveries + perks
    return {"deliveries": deliveries, "perks": perks, "total": total, "return": round(revenue / total, 2) if total else None}


def as_csv(report: dict[str, Any]) -> str:
    """Return the report as lines of section, name and value, one figure each."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["section", "name", "value"])
    for path, value in _figures(report, ()):
        cell = no_formula(value) if isinstance(value, str) else value
        writer.writerow([no_formula(path[0]), no_formula(".".join(path[1:])), "" if cell is None else cell])
    return out.getvalue()


def _figures(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _figures(inner, (*path, str(key)))
    elif isinstance(value, list) and not any(isinstance(entry, dict) for entry in value):
        yield path, ", ".join(map(str, value))
    elif isinstance(value, list):
        for entry in value:
            yield (*path, f"{entry['heard']} → {entry['then']}"), entry["people"]
    else:
        yield path, value
