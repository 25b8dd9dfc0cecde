"""`duologue carrier add|list|forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.cli.callers import Callers, do, three_words
from duologue.cli.frame import typed_or_piped

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "carrier"
HELP = "Let an e-mail service tell what became of the letters it carried."
LONGEST = 2000
EXAMPLE = "duologue carrier add postmark"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take add, list or forget."""
    add = three_words(
        parser,
        add="believe a service, and print the address it is to call; its password is shown this once",
        listing="list the services, never a password or a key",
        forget="hear no more of one",
    )
    add.add_argument("kind", metavar="KIND", help="mailgun, sendgrid, postmark, mailjet, brevo, sparkpost, mandrill, amazon_ses or resend")
    add.add_argument("--name", default="", metavar="NAME", help="how it is called here (default: its kind)")
    add.add_argument("--key", action="store_true", help="the key it signs its calls with is on standard input")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return do(args, Callers("service", NAME, _add, _rows, _forget, "Nothing more is heard of {}."))


def _add(workspace: Workspace, args: argparse.Namespace) -> tuple[dict[str, str], dict[str, Any]]:
    from duologue.engage.carriers.actions import add_carrier
    from duologue.engage.carriers.queries import address

    name = args.name or args.kind.replace("_", "-")
    key = typed_or_piped("The key that the service signs with: ", LONGEST).strip() if args.key else ""
    made = add_carrier(workspace=workspace, name=name, kind=args.kind, key=key)
    return {"name": name, "kind": args.kind, "address": address(workspace, name, made)}, {"signs": bool(key)}


def _rows(workspace: Workspace) -> list[dict[str, str]]:
    from duologue.engage.carriers.queries import listed

    return [
        {
            "name": one.name,
            "kind": one.kind,
            "proved by": "its signature" if one.signs else "the password",
            "last heard": one.heard_at.isoformat(timespec="seconds") if one.heard_at else "never",
            "address": one.address,
        }
        for one in listed(workspace)
    ]


def _forget(workspace: Workspace, name: str) -> bool:
    from duologue.engage.carriers.actions import forget_carrier

    return forget_carrier(workspace=workspace, name=name)
