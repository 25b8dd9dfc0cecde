"""`duologue stop --all`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import AskedWrongly, print_json, write_down

if TYPE_CHECKING:
    import argparse

NAME = "stop"
HELP = "Stop all sending, at once, in every workspace (or in the one named); --resume lets it go on."
EXAMPLE = 'duologue stop --all --because "wrong price in the newsletter"'


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to stop, and why."""
    parser.add_argument("--all", action="store_true", help="all sending")
    parser.add_argument("--resume", action="store_true", help="let sending go on")
    parser.add_argument("--because", default="stopped from the command line", metavar="REASON")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.all == args.resume:
        raise AskedWrongly("Write either duologue stop --all or duologue stop --resume.")
    from duologue.platform.database.clock import database_now
    from duologue.platform.workspaces import actions
    from duologue.platform.workspaces.models import Workspace

    now = database_now()
    rooms = Workspace.objects.filter(**({"name": args.workspace} if args.workspace else {})).order_by("name")
    changed = []
    for room in rooms:
        if actions.resume_all(room) if args.resume else actions.stop_all(room, because=args.because, now=now):
            changed.append(room.name)
            write_down(room, "resume sending" if args.resume else "stop all sending", because=args.because)
    if args.json:
        print_json({"changed": changed, "workspaces": [room.name for room in rooms]})
    else:
        done = "sends again" if args.resume else "sends nothing more"
        print("\n".join(f"{name} {done}." for name in changed) or "Nothing to change.")
    return 0
