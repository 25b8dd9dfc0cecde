"""`duologue shop add|list|forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, typed_or_piped, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "shop"
HELP = "Let a Shopify or WooCommerce shop send its orders, customers and products by signed webhooks."
LONGEST = 1000
EXAMPLE = "duologue shop add shopify --consent promotions < webhook-secret.txt"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take add, list or forget."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("add", help="take what the shop signs with the secret on standard input, and print where it is to send to")
    add.add_argument("kind", metavar="KIND", choices=["shopify", "woocommerce"], help="shopify or woocommerce")
    add.add_argument("--name", default="", metavar="NAME", help="how the shop is called as a source of events (default: its kind)")
    add.add_argument("--consent", default="", metavar="PURPOSE", help="the purpose that Shopify's own marketing consent stands for")
    words.add_parser("list", help="list the shops and their addresses, never a secret")
    forget = words.add_parser("forget", help="take nothing more from a shop; what it sent stays")
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
    from duologue.kit.pipeline import Refused as NotSo
    from duologue.people.shops.actions import add_shop

    name = args.name or args.kind
    secret = typed_or_piped("The secret that the shop signs with: ", LONGEST).strip()
    try:
        add_shop(workspace=workspace, name=name, kind=args.kind, secret=secret, purpose=args.consent)
    except NotSo as refusal:
        raise Refused(str(refusal)) from None
    write_down(workspace, "add shop", name, kind=args.kind, purpose=args.consent)
    if args.json:
        print_json({"name": name, "kind": args.kind, "address": _address(workspace, name)})
    else:
        print(_address(workspace, name))
        note("Give this address to the shop's webhooks.")


def _list(workspace: Workspace, *, as_json: bool) -> None:
    from duologue.people.shops.queries import shops

    rows = [
        {"name": name, "kind": one.kind, "consent": one.purpose, "address": _address(workspace, name)}
        for name, one in sorted(shops(workspace).items())
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(["name", "kind", "consent", "address"], [list(row.values()) for row in rows])


def _forget(workspace: Workspace, name: str) -> None:
    from duologue.people.shops.actions import forget_shop

    if not forget_shop(workspace=workspace, name=name):
        raise Refused(f"There is no shop {name!r}; see: duologue shop list")
    write_down(workspace, "forget shop", name)
    note(f"Nothing more is taken from {name}.")


def _address(workspace: Workspace, name: str) -> str:
    from django.conf import settings

    return f"{settings.PUBLIC_URL}/hooks/{workspace.name}/{name}"
