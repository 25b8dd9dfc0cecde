"""`duologue lake check`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from duologue.cli.frame import note, print_json, print_table, workspace_of

if TYPE_CHECKING:
    import argparse

NAME = "lake"
HELP = "Compare the lake with the timeline: the same events in every month, by number and checksum."
EXAMPLE = "duologue lake check"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take check."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    words.add_parser("check", help="compare month by month; status 1 where they differ")


def run(args: argparse.Namespace) -> int:
    """Compare, of all that the lake says it holds; what it has not read yet is no difference."""
    from duologue.strategize.segments.comparing import compare

    months = compare(workspace_of(args))
    if args.json:
        print_json([asdict(month) for month in months])
    else:
        rows = [[one.month, one.timeline, one.lake, "yes" if one.equal else "NO"] for one in months]
        print_table(["month", "timeline", "lake", "equal"], rows)
    differing = [one.month for one in months if not one.equal]
    if differing:
        note(f"The lake does not hold what the timeline holds in {', '.join(differing)}.")
    return 1 if differing else 0
