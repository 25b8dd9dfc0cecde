"""`duologue lake check | release`."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from duologue.cli.frame import AskedWrongly, Refused, note, print_json, print_table, progress, workspace_of, write_down

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from duologue.people.timeline.leaving import Month
    from duologue.platform.workspaces.models import Workspace

NAME = "lake"
HELP = "Compare the lake with the timeline, and let what the lake holds of old months leave PostgreSQL."
EXAMPLE = "duologue lake check"
MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take check, and release with a month."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    words.add_parser("check", help="compare month by month; status 1 where they differ")
    one = words.add_parser("release", help="let old events leave PostgreSQL that the lake holds just so; nothing leaves by itself")
    one.add_argument("--before", required=True, metavar="YYYY-MM", help="what happened before this month (in UTC), 13 months ago or longer")
    one.add_argument("--yes", action="store_true", help="do it; without it only what would leave is shown")
    one.add_argument(
        "--give-back", action="store_true", help="with --yes: give the room of all that left to the disk; whoever reads these months waits"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    return _release(args, workspace_of(args)) if args.word == "release" else _check(args, workspace_of(args))


def _check(args: argparse.Namespace, workspace: Workspace) -> int:
    """Compare, of all that the lake says it holds; what it has not read yet is no difference."""
    from duologue.strategize.segments.comparing import compare

    months = compare(workspace)
    if args.json:
        print_json([asdict(month) for month in months])
    else:
        rows = [[one.month, one.timeline, one.lake, one.left, "yes" if one.equal else "NO"] for one in months]
        print_table(["month", "timeline", "lake", "in the lake alone", "equal"], rows)
    differing = [one.month for one in months if not one.equal]
    if differing:
        note(f"The lake does not hold what the timeline holds in {', '.join(differing)}.")
    return 1 if differing else 0


def _release(args: argparse.Namespace, workspace: Workspace) -> int:
    from duologue.people.timeline.leaving import may_leave, newest_to_leave
    from duologue.platform.workspaces.queries import now as present

    now = present(workspace)
    if not MONTH.fullmatch(args.before):
        raise AskedWrongly(f"{args.before!r} is no month; write it like 2025-01.")
    if args.give_back and not args.yes:
        raise AskedWrongly("--give-back goes with --yes.")
    if args.before > (newest := newest_to_leave(now)):
        raise AskedWrongly(f"The last 13 months stay in PostgreSQL: {newest} is the latest month to be named here.")
    staying = _looked_at(workspace, args.before, now)
    months = [month for month in may_leave(workspace, before=args.before, staying=staying) if month.may_leave]
    left = _let_leave(workspace, months, staying, now) if args.yes else {}
    if args.give_back:
        _give_back(workspace, args.before)
    if args.json:
        print_json([{**asdict(month), "left": left.get(month.month, 0)} for month in months])
    else:
        heads = ["month", "in PostgreSQL", "left" if args.yes else "may leave"]
        print_table(heads, [[one.month, one.events, left.get(one.month, 0) if args.yes else one.may_leave] for one in months])
    if not args.yes:
        note("Nothing has left yet: add --yes to do it. From then on the lake alone holds these events; duologue backup includes it.")
        if staying:
            note(f"Segments and dialogues look so far back at {', '.join(sorted(staying))}; these events stay.")
    elif few := [one.month for one in months if left[one.month] < one.may_leave]:
        note(f"Of {', '.join(few)} some stayed: not everything that follows the timeline has read them, or the lake holds them otherwise.")
    return 0


def _looked_at(workspace: Workspace, before: str, now: datetime) -> set[str]:
    """Return the names of the events that segments and dialogues look at so far back: theirs are at hand for each person."""
    from duologue.engage.runs.plans import asked_about
    from duologue.kit.clock import month_bounds
    from duologue.strategize.segments.compiled import looked_at

    return looked_at(workspace, before=month_bounds(before)[0], now=now) | asked_about(workspace)


def _let_leave(workspace: Workspace, months: list[Month], staying: set[str], now: datetime) -> dict[str, int]:
    """Let months leave, the oldest first, each in a transaction of its own; return how many events of each did."""
    from duologue.engage.endpoints.queries import waiting_for
    from duologue.people.retention.timeline import read_until
    from duologue.people.timeline.leaving import Elsewhere, Heard, let_leave, make_room
    from duologue.strategize.segments.comparing import compare

    wanted = {one.month for one in months}
    if differing := [one.month for one in compare(workspace) if not one.equal and one.month in wanted]:
        raise Refused(
            f"The lake does not hold what the timeline holds in {', '.join(differing)}, so nothing leaves. Look with: duologue lake check"
        )

    def heard() -> Heard:
        told_until, untold = waiting_for(workspace)
        read = read_until(workspace)
        return Heard(read if told_until is None else min(read, told_until), untold)

    left = {}
    with progress("Old months", len(months)) as step:
        for one in months:
            try:
                left[one.month] = let_leave(workspace=workspace, month=one.month, staying=staying, heard=heard, now=now)
            except Elsewhere as refusal:
                raise Refused(str(refusal)) from None
            if left[one.month]:
                write_down(workspace, "release from PostgreSQL", one.month, events=left[one.month])
                make_room(one.month)
            step(1)
    return left


def _give_back(workspace: Workspace, before: str) -> None:
    """Give the room of all months before one that have left back to the disk."""
    from duologue.people.timeline.leaving import left_before, make_room

    months = left_before(workspace, before)
    with progress("Room", len(months)) as step:
        for month in months:
            if not make_room(month, give_back=True):
                note(f"{month} is in use, so that its room was not given back; the same command tries again.")
            step(1)
