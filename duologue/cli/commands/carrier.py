"""`duologue carrier add|list|forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, typed_or_piped, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.engage.carriers.rules import Carrier
    from duologue.platform.workspaces.models import Workspace

NAME = "carrier"
HELP = "Let an e-mail service tell what became of the letters it carried."
LONGEST = 2000
EXAMPLE = "duologue carrier add postmark"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take add, list or forget."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("add", help="believe a service, and print the address it is to call; its password is shown this once")
    add.add_argument("kind", metavar="KIND", help="mailgun, sendgrid, postmark, mailjet, brevo, sparkpost, mandrill, amazon_ses or resend")
    add.add_argument("--name", default="", metavar="NAME", help="how it is called here (default: its kind)")
    add.add_argument("--key", action="store_true", help="the key it signs its calls with is on standard input")
    words.add_parser("list", help="list the services, never a password or a key")
    forget = words.add_parser("forget", help="hear no more of one")
    forget.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    if args.word == "add":
        _add(workspace, args)
    elif args.word == "forget":
        _forget(workspace, args.name)
    else:
        _list(workspace, as_json=args.json)
    return 0


def _add(workspace: Workspace, args: argparse.Namespace) -> None:
    from duologue.engage.carriers.actions import add_carrier
    from duologue.kit.pipeline import Refused as NotSo

    name = args.name or args.kind.replace("_", "-")
    key = typed_or_piped("The key that the service signs with: ", LONGEST).strip() if args.key else ""
    try:
        made = add_carrier(workspace=workspace, name=name, kind=args.kind, key=key)
    except NotSo as refusal:
        raise Refused(str(refusal)) from None
    write_down(workspace, "add carrier", name, kind=args.kind, signs=bool(key))
    if args.json:
        print_json({"name": name, "kind": args.kind, "address": _address(workspace, name, made)})
    else:
        print(_address(workspace, name, made))
        note("Give this address to the service's webhooks.")


def _list(workspace: Workspace, *, as_json: bool) -> None:
    from duologue.engage.carriers.queries import carriers

    rows = [
        {"name": name, "kind": one.kind, "proved by": "its signature" if one.key else "the password", "address": _address(workspace, name)}
        for name, one in sorted(carriers(workspace).items())
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(["name", "kind", "proved by", "address"], [list(row.values()) for row in rows])


def _forget(workspace: Workspace, name: str) -> None:
    from duologue.engage.carriers.actions import forget_carrier

    if not forget_carrier(workspace=workspace, name=name):
        raise Refused(f"There is no service {name!r}; see: duologue carrier list")
    write_down(workspace, "forget carrier", name)
    note(f"Nothing more is heard of {name}.")


def _address(workspace: Workspace, name: str, made: Carrier | None = None) -> str:
    from urllib.parse import urlsplit

    from django.conf import settings

    from duologue.engage.carriers.rules import USER

    parts = urlsplit(settings.PUBLIC_URL)
    who = f"{USER}:{made.password}@" if made is not None and not made.key else ""
    return f"{parts.scheme}://{who}{parts.netloc}{parts.path.rstrip('/')}/carriers/{workspace.name}/{name}"
