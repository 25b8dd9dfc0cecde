"""`duologue events import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.commands.people import import_by_recipe, tell
from duologue.cli.frame import AskedWrongly, progress, workspace_of

if TYPE_CHECKING:
    import argparse

NAME = "events"
HELP = "Import events: order histories from CSV by a recipe, or Segment's JSON, one event on each line."
EXAMPLE = "duologue events import orders.csv.gz --recipe orders.recipe.yaml"
JSON_LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take import FILE with its options."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("import", help="import events; the same file again changes nothing, a cut-off import goes on")
    add.add_argument("file", type=Path, metavar="FILE", help="CSV or .ndjson, plain or gzip")
    add.add_argument("--recipe", type=Path, metavar="RECIPE.yaml", help="how lines become events (needed for CSV)")
    add.add_argument("--external-id", default="", metavar="COLUMN", help="the column with the shop's own number of each person")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if not args.file.name.lower().endswith(JSON_LINES):
        if not args.recipe:
            raise AskedWrongly("Events from CSV need --recipe RECIPE.yaml, which says what a line means.")
        return import_by_recipe(args, "events")
    from duologue.people.imports.actions import import_events

    workspace = workspace_of(args)
    with progress(f"importing {args.file.name}") as told:
        job = import_events(workspace=workspace, path=args.file, told=told)
    tell(args, job)
    return 0
