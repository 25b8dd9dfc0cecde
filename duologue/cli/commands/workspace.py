"""`duologue workspace create|list`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from duologue.cli.frame import AskedWrongly, Refused, print_json, print_table, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "workspace"
HELP = "Make a workspace, or list those there are."
EXAMPLE = "duologue workspace create shop --timezone Europe/London --currency GBP"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take create NAME with its options, or list."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    create = words.add_parser("create", help="make a workspace")
    create.add_argument("name", metavar="NAME", help="small letters, digits and dashes; it stands in addresses")
    create.add_argument("--title", default="", help="the name people read (default: NAME)")
    create.add_argument("--clock", choices=["live", "virtual"], default="live")
    create.add_argument("--at", metavar="INSTANT", default="", help="where a virtual clock stands, for example 2026-01-05T12:00")
    create.add_argument("--timezone", default="UTC", metavar="ZONE")
    create.add_argument("--locale", default="en", metavar="TAG")
    create.add_argument("--country", default="GB", metavar="CODE")
    create.add_argument("--currency", default="GBP", metavar="CODE")
    create.add_argument("--seed", type=int, metavar="NUMBER", help="draw lots by this number, so that a play can be repeated")
    words.add_parser("list", help="list the workspaces")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from duologue.platform.workspaces.models import Workspace

    if args.word == "list":
        rows = [_as_json(room) for room in Workspace.objects.order_by("name")]
        if args.json:
            print_json(rows)
        else:
            print_table(["name", "title", "clock", "at"], [[row["name"], row["title"], row["clock"], row["at"]] for row in rows])
        return 0
    room = _create(args)
    if args.json:
        print_json(_as_json(room))
    else:
        print(f"Workspace {room.name} is made; its clock is {room.clock}.")
    return 0


def _create(args: argparse.Namespace) -> Workspace:
    from duologue.cli.opening import let_operators_in
    from duologue.platform.database.clock import database_now
    from duologue.platform.workspaces import actions

    if (args.clock == "virtual") != bool(args.at):
        raise AskedWrongly("A virtual clock needs --at INSTANT, and a live one has none.")
    if args.seed is not None and not 0 <= args.seed < 2**62:
        raise AskedWrongly("--seed takes a whole number from 0 up.")
    try:
        room = actions.create_workspace(
            name=args.name,
            title=args.title,
            clock_at=_instant(args.at, args.timezone) if args.at else None,
            timezone=args.timezone,
            locale=args.locale,
            country=args.country,
            currency=args.currency,
            seed=args.seed,
        )
    except actions.WorkspaceRefused as refusal:
        raise Refused(str(refusal)) from None
    let_operators_in(room, now=database_now())
    write_down(room, "create workspace", room.name, clock=room.clock)
    return room


def _instant(text: str, zone: str) -> datetime:
    """Read an instant; without an offset it is meant in the workspace's zone."""
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError):
        raise AskedWrongly(f"{text!r} is no instant; write for example 2026-01-05T12:00 or 2026-01-05T12:00+00:00.") from None


def _as_json(room: Workspace) -> dict[str, object]:
    return {"name": room.name, "title": room.title, "clock": room.clock, "at": room.clock_at, "timezone": room.timezone}
