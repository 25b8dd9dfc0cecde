"""`duologue value`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from duologue.cli.frame import AskedWrongly, print_json, print_table, workspace_of

if TYPE_CHECKING:
    import argparse

    from duologue.measure.value.rules import Value

NAME = "value"
HELP = "Say what the customers are worth: orders, revenue, how recent, how frequent, and the best of them."
EXAMPLE = "duologue value --best 10"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take how many of the best to name."""
    parser.add_argument("--best", type=int, default=5, metavar="N", help="name the N who spent most (default: 5)")


def run(args: argparse.Namespace) -> int:
    """Count and print."""
    from duologue.measure.value.queries import value
    from duologue.platform.workspaces.queries import now

    if not 0 <= args.best <= 1000:
        raise AskedWrongly("--best takes from 0 to 1000.")
    workspace = workspace_of(args)
    found = value(workspace, now(workspace), best=args.best)
    if args.json:
        print_json(found.as_plain())
    else:
        _print_for_people(found, ZoneInfo(workspace.timezone))
    return 0


def _print_for_people(found: Value, zone: ZoneInfo) -> None:
    from duologue.kit.money import major

    def money(minor_units: int | None) -> str:
        return "" if minor_units is None else f"{major(minor_units, found.currency):,} {found.currency}"

    rows: list[list[object]] = [
        ["people", f"{found.people:,}"],
        ["customers", f"{found.customers:,}"],
        ["bought once", f"{found.one_time_buyers:,}"],
        ["orders", f"{found.orders:,}"],
        ["revenue", money(found.revenue)],
        ["refunds", f"{found.refunds:,}"],
        ["refunded", money(found.refunded)],
        ["recency, median", "" if found.recency_median is None else f"{found.recency_median:,} days"],
        ["frequency, mean", "" if found.frequency_mean is None else f"{found.frequency_mean:.3f} orders"],
        ["spent, median", money(found.spent_median)],
    ]
    print_table(["what", f"at {found.at.astimezone(zone):%Y-%m-%d %H:%M}"], rows)
    if found.best:
        best = [
            [one.external_id or one.person, f"{one.orders:,}", money(one.spent), f"{one.last_at.astimezone(zone):%Y-%m-%d}"]
            for one in found.best
        ]
        print_table(["best customers", "orders", "spent", "last order"], best)
