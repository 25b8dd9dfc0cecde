"""`duologue demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import note, progress, write_down

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

NAME = "demo"
HELP = "Play a year of a small shop and open it in the browser."
EXAMPLE = "duologue demo"
NEEDS_DATABASE = False  # serving holds the database itself


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the shop's size, and whether to serve it afterwards."""
    parser.add_argument("--customers", type=int, default=1100, help="how many customers the shop begins with (default: 1100)")
    parser.add_argument("--days", type=int, default=365, help="how many days are played (default: 365)")
    parser.add_argument("--play-only", action="store_true", help="play, say what came of it, and stop")


def run(args: argparse.Namespace) -> int:
    """Play where it has not been played, then serve."""
    from duologue.cli.commands.serve import serve
    from duologue.cli.ground import holding_the_database

    if args.play_only:
        with holding_the_database():
            _played(args.customers, args.days)
    else:
        serve(_played, args.customers, args.days)
    return 0


def _played(customers: int, days: int) -> str:
    """Play where it has not been played; return the token that lets the shop's owner in."""
    from duologue.cli.ground import ready_to_work

    with ready_to_work():
        from duologue.cli.opening import stand_together

        stand_together()
        return _play(customers, days)


def _play(customers: int, days: int) -> str:
    from duologue.cli.demo.opening import NAME as SHOP
    from duologue.cli.demo.opening import owner_link, play
    from duologue.cli.demo.play import Scale
    from duologue.platform.database.clock import database_now
    from duologue.platform.workspaces.actions import go_live
    from duologue.platform.workspaces.models import Workspace

    now = database_now()
    workspace = Workspace.objects.filter(name=SHOP).first()
    if workspace is None:
        note(f"Playing {days} days of a small shop in virtual time. This takes a few minutes, once.")
        scale = Scale(old_customers=customers, days=days)
        with progress("days played", days) as step:
            before: list[datetime] = []

            def tick(at: datetime) -> None:
                step((at - before[-1]).total_seconds() / 86400 if before else 0)
                before.append(at)

            played = play(end=now, scale=scale, progress=tick)
        workspace = played.workspace
        note(f"In truth the win-back made {100 * played.true_lift:.1f} more in 100 buy; see what its report says.")
        go_live(workspace=workspace)
        write_down(workspace, "clock live")
    return owner_link(workspace, now)
