"""`duologue products import`."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

NAME = "products"
HELP = "Import products from a CSV file: key, name, price, currency, stock, picture, link."
EXAMPLE = "duologue products import products.csv"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take import FILE."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("import", help="add products, and change those with the same key")
    add.add_argument("file", type=Path, metavar="FILE", help="a CSV file, plain or gzip, in UTF-8")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from duologue.brand.catalogue.actions import import_products
    from duologue.kit.pipeline import Refused as Stopped

    workspace = workspace_of(args)
    path: Path = args.file
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig") if path.suffix == ".gz" else path.open(encoding="utf-8-sig", newline="") as file:
            read, changed, refused = import_products(workspace=workspace, lines=file)
    except Stopped as refusal:
        raise Refused(refusal.sentence) from refusal
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
