"""`duologue clock show|advance|live`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from duologue.cli.frame import AskedWrongly, Refused, print_json, progress, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "clock"
HELP = "Show a workspace's clock, move a virtual one on, or hand the workspace over to the real clock."
EXAMPLE = "duologue clock advance --to 2026-02-01T09:00"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take show, advance --to, or live."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    words.add_parser("show", help="say what time it is in the workspace")
    advance = words.add_parser("advance", help="move a virtual clock on, doing all that falls due on the way")
    advance.add_argument("--to", required=True, metavar="INSTANT", help="a moment, for example 2026-02-01T09:00 (the workspace's zone)")
    advance.add_argument("--grain", type=int, default=1, metavar="MINUTES", help="stop at most once in so many minutes (default: 1)")
    words.add_parser("live", help="go over to the real clock, for good")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    if args.word == "advance":
        _advance(workspace, args.to, args.grain)
    elif args.word == "live":
        from duologue.platform.workspaces.actions import go_live

        if go_live(workspace):
            write_down(workspace, "clock live")
    _show(workspace, as_json=args.json)
    return 0


def _advance(workspace: Workspace, until: str, grain: int) -> None:
    from duologue.cli.worker.clock import advance
    from duologue.platform.workspaces.queries import now

    if not workspace.is_virtual:
        raise Refused(f"The clock of {workspace.name} is live; only a virtual one can be moved.")
    if not 1 <= grain <= 1440:
        raise AskedWrongly("--grain takes from 1 to 1440 minutes.")
    try:
        to = datetime.fromisoformat(until)
    except ValueError:
        raise AskedWrongly(f"--to takes a moment like 2026-02-01T09:00, not {until!r}.") from None
    to = (to if to.tzinfo else to.replace(tzinfo=ZoneInfo(workspace.timezone))).astimezone(UTC)
    start = now(workspace)
    if to < start:
        raise Refused(f"It is {start.isoformat(timespec='minutes')} in {workspace.name}, and a clock is never put back.")
    with progress(f"to {to.isoformat(timespec='minutes')}", (to - start).total_seconds()) as done:
        reached = start

        def tick(moment: datetime) -> None:
            nonlocal reached
            done((moment - reached).total_seconds())
            reached = moment

        advance(workspace, to, on_tick=tick, grain=timedelta(minutes=grain))
    write_down(workspace, "advance clock", to.isoformat(timespec="minutes"))


def _show(workspace: Workspace, *, as_json: bool) -> None:
    from duologue.platform.workspaces.queries import now

    at = now(workspace)
    if as_json:
        print_json({"workspace": workspace.name, "clock": workspace.clock, "at": at})
    else:
        print(f"{workspace.name}: {at.isoformat(timespec='seconds')} ({workspace.clock})")
