"""`duologue uncertain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "uncertain"
HELP = "Show the messages that were perhaps sent, and settle them: send again, or count as sent."
EXAMPLE = "duologue uncertain count-as-sent --dialogue win-back --turn invite"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and with which."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    words.add_parser("show", help="how many of which turn")
    for word, about in {"send-again": "queue them again; some may get it twice", "count-as-sent": "take them as sent"}.items():
        one = words.add_parser(word, help=about)
        one.add_argument("--dialogue", default="", metavar="NAME", help="only of this dialogue (default: all)")
        one.add_argument("--turn", default="", metavar="NAME", help="only of this turn of it")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    return _show(args, workspace) if args.word == "show" else _settle(args, workspace)


def _show(args: argparse.Namespace, workspace: Workspace) -> int:
    from duologue.engage.messages.in_doubt import in_doubt

    found = in_doubt(workspace)
    if args.json:
        print_json(found)
    elif not found:
        print("Nothing is uncertain.")
    else:
        rows = [
            [one["dialogue"], one["turn"], one["number"], "a restore" if one["since_restore"] else "a relay fell silent", one["first_at"]]
            for one in found
        ]
        print_table(["dialogue", "turn", "messages", "because of", "since"], rows)
    return 0


def _settle(args: argparse.Namespace, workspace: Workspace) -> int:
    from duologue.engage.messages.settling import settle_all
    from duologue.platform.workspaces.queries import now
    from duologue.strategize.dialogues.models import Dialogue

    dialogue = Dialogue.within(workspace).filter(name=args.dialogue).first() if args.dialogue else None
    if args.dialogue and dialogue is None:
        raise Refused(f"There is no dialogue {args.dialogue!r} in {workspace.name}.")
    again = args.word == "send-again"
    number = settle_all(
        workspace=workspace, again=again, now=now(workspace), dialogue=dialogue.pk if dialogue else None, turn=args.turn or None
    )
    if number:
        write_down(workspace, "send again" if again else "count as sent", str(number), dialogue=args.dialogue, turn=args.turn)
    if args.json:
        print_json({"settled": number})
    else:
        done = "will be sent again" if again else "counted as sent"
        print(f"{'1 message' if number == 1 else f'{number:,} messages'} {done}." if number else "Nothing was uncertain.")
    return 0
