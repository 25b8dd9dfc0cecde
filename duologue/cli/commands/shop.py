"""`duologue shop add|list|forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.cli.callers import Callers, do, three_words
from duologue.cli.frame import typed_or_piped

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "shop"
HELP = "Let a Shopify or WooCommerce shop send its orders, customers and products by signed webhooks."
LONGEST = 1000
EXAMPLE = "duologue shop add shopify --consent promotions < webhook-secret.txt"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take add, list or forget."""
    add = three_words(
        parser,
        add="take what the shop signs with the secret on standard input, and print where it is to send to",
        listing="list the shops and their addresses, never a secret",
        forget="take nothing more from a shop; what it sent stays",
    )
    add.add_argument("kind", metavar="KIND", choices=["shopify", "woocommerce"], help="shopify or woocommerce")
    add.add_argument("--name", default="", metavar="NAME", help="how the shop is called as a source of events (default: its kind)")
    add.add_argument(
        "--consent", metavar="PURPOSE", help="what Shopify's own marketing consent stands for ('' for nothing; default: as it is)"
    )
    add.add_argument("--currency", metavar="CODE", help="what its prices are in ('' for the workspace's; default: as it is)")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return do(args, Callers("shop", NAME, _add, _rows, _forget, "Nothing more is taken from {}."))


def _add(workspace: Workspace, args: argparse.Namespace) -> tuple[dict[str, str], dict[str, Any]]:
    from duologue.people.shops.actions import add_shop
    from duologue.people.shops.queries import address

    name = args.name or args.kind
    secret = typed_or_piped("The secret that the shop signs with: ", LONGEST).strip()
    currency = None if args.currency is None else args.currency.upper()
    kept = add_shop(workspace=workspace, name=name, kind=args.kind, secret=secret, purpose=args.consent, currency=currency)
    return {"name": name, "kind": args.kind, "address": address(workspace, name)}, {"purpose": kept.purpose}


def _rows(workspace: Workspace) -> list[dict[str, str]]:
    from duologue.people.shops.queries import address, shops

    return [
        {
            "name": name,
            "kind": one.kind,
            "consent": one.purpose,
            "currency": one.currency or workspace.currency,
            "address": address(workspace, name),
        }
        for name, one in sorted(shops(workspace).items())
    ]


def _forget(workspace: Workspace, name: str) -> bool:
    from duologue.people.shops.actions import forget_shop

    return forget_shop(workspace=workspace, name=name)
