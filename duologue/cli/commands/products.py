"""`duologue products import|feed|feeds|fetch|forget|watch`."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import AskedWrongly, Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.brand.catalogue.models import Feed
    from duologue.kit.pipeline import Refused as NotSo
    from duologue.platform.workspaces.models import Workspace

NAME = "products"
HELP = "Bring products in from a CSV file or a feed, and say what of them is worth telling."
EXAMPLE = "duologue products import products.csv"
HEADINGS = ["name", "address", "every", "taken", "products", "refused", "trouble"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take import, feed, feeds, fetch, forget or watch."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("import", help="add products from a file, and change those with the same key")
    add.add_argument("file", type=Path, metavar="FILE", help="a CSV file (key, name, price, currency, stock, picture, link), plain or gzip")
    feed = words.add_parser("feed", help="fetch products from an address from now on (Google Merchant's fields, as RSS 2.0 or Atom)")
    feed.add_argument("name", metavar="NAME", help="how the feed is called here")
    feed.add_argument("address", metavar="ADDRESS", help="https://…")
    feed.add_argument("--every", default="6h", metavar="DUR", help="how often, from 15m to 7d (default 6h)")
    words.add_parser("feeds", help="list the feeds and what came of them")
    fetch = words.add_parser("fetch", help="fetch a feed now")
    fetch.add_argument("name", metavar="NAME")
    fetch.add_argument("--even-if-smaller", action="store_true", help="take it though it names less than half of what it did")
    forget = words.add_parser("forget", help="fetch a feed no longer; its products stay")
    forget.add_argument("name", metavar="NAME")
    watch = words.add_parser("watch", help="say what is told to those who looked at a product; without options, show it")
    watch.add_argument("--within", type=int, metavar="DAYS", help="to those who looked within so many days (default 30)")
    watch.add_argument("--little", type=int, metavar="N", help="that N or fewer are left (default 5; 0: never)")
    watch.add_argument("--drop", type=int, metavar="PERCENT", help="that the price fell by so much (default 5)")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    words = {"import": _import, "feed": _feed, "feeds": _feeds, "fetch": _fetch, "forget": _forget, "watch": _watch}
    return words[args.word](workspace, args)


def _import(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.brand.catalogue.actions import import_products
    from duologue.platform.workspaces.queries import now

    path: Path = args.file
    refused: list[tuple[int, NotSo]] = []
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig", newline="") as file:
            read, changed = import_products(workspace=workspace, lines=file, now=now(workspace), refuse=refused.extend)
    except (OSError, UnicodeDecodeError) as mistake:
        raise Refused(f"{path} cannot be read: {mistake}.") from mistake
    write_down(workspace, "import products", path.name, changed=changed, refused=len(refused))
    if args.json:
        lines = [{"line": line, "reason": one.reason, "sentence": one.sentence} for line, one in refused]
        print_json({"read": read, "changed": changed, "refused": lines})
        return 0
    print_table(["lines", "number"], [["read", read], ["new or changed", changed], ["refused", len(refused)]])
    for line, one in refused[:20]:
        note(f"line {line}: {one.sentence}")
    return 0


def _feed(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.brand.catalogue.feeds import save_feed
    from duologue.kit.clock import parse_duration
    from duologue.platform.workspaces.queries import now

    try:
        every = parse_duration(args.every)
    except ValueError as mistake:
        raise AskedWrongly(f"--every: {mistake}.") from mistake
    feed = save_feed(workspace=workspace, name=args.name, address=args.address, every=every, now=now(workspace))
    write_down(workspace, "save feed", args.name, every=args.every)
    if args.json:
        print_json(_told(feed))
    else:
        note(f"{args.name} is fetched every {args.every}, the first time within five minutes. Now: duologue products fetch {args.name}")
    return 0


def _feeds(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.brand.catalogue.queries import feeds

    rows = [_told(feed) for feed in feeds(workspace)]
    if args.json:
        print_json(rows)
    else:
        print_table(HEADINGS, [[row[heading] for heading in HEADINGS] for row in rows])
    return 0


def _fetch(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.brand.catalogue.feeds import fetch_feed
    from duologue.brand.catalogue.models import Feed
    from duologue.platform.workspaces.queries import now

    try:
        feed = fetch_feed(workspace=workspace, name=args.name, now=now(workspace), half_empty_is_fine=args.even_if_smaller)
    except Feed.DoesNotExist:
        raise Refused(f"There is no feed {args.name!r}; see: duologue products feeds") from None
    write_down(workspace, "fetch feed", args.name, trouble=feed.trouble)
    if args.json:
        print_json(_told(feed))
    elif feed.trouble:
        raise Refused(feed.trouble)
    elif feed.unchanged:
        note("Nothing is new since the last time.")
    else:
        counts = [["read", feed.products], ["new or changed", feed.changed], ["gone", feed.gone], ["refused", feed.refused_count]]
        print_table(["products", "number"], counts)
        for line, sentence in feed.refused[:20]:
            note(f"line {line}: {sentence}")
    return 1 if feed.trouble else 0


def _forget(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.brand.catalogue.feeds import forget_feed

    if not forget_feed(workspace=workspace, name=args.name):
        raise Refused(f"There is no feed {args.name!r}; see: duologue products feeds")
    write_down(workspace, "forget feed", args.name)
    note(f"{args.name} is fetched no longer.")
    return 0


def _watch(workspace: Workspace, args: argparse.Namespace) -> int:
    from duologue.brand.catalogue.actions import keep_watch
    from duologue.brand.catalogue.queries import watch

    held = watch(workspace)
    if (args.within, args.little, args.drop) != (None, None, None):
        held = keep_watch(
            workspace=workspace,
            looked_within=held.looked_within if args.within is None else args.within,
            little_stock=held.little_stock if args.little is None else args.little,
            least_drop=held.least_drop if args.drop is None else args.drop,
        )
        write_down(workspace, "watch products", within=held.looked_within, little=held.little_stock, drop=held.least_drop)
    if args.json:
        print_json({"within": held.looked_within, "little": held.little_stock, "drop": held.least_drop})
    else:
        rows = [["within, in days", held.looked_within], ["little stock", held.little_stock], ["drop, in percent", held.least_drop]]
        print_table(["told", "number"], rows)
    return 0


def _told(feed: Feed) -> dict[str, Any]:
    taken = feed.taken_at.isoformat(timespec="seconds") if feed.taken_at else ""
    counts = {"products": feed.products, "changed": feed.changed, "gone": feed.gone, "refused": feed.refused_count}
    every = f"{feed.every // 60}h" if feed.every % 60 == 0 else f"{feed.every}m"
    return {"name": feed.name, "address": feed.address, "every": every, "taken": taken, **counts, "trouble": feed.trouble}
