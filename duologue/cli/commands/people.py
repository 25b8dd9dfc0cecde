"""`duologue people import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, progress, workspace_of, write_down

if TYPE_CHECKING:
    import argparse

    from duologue.people.imports.models import Import

NAME = "people"
HELP = "Import people from a CSV file (contacts, subscribers, customers)."
EXAMPLE = "duologue people import customers.csv --external-id CustomerID"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take import FILE with its options."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    add = words.add_parser("import", help="import people; the same file again changes nothing, a cut-off import goes on")
    add.add_argument("file", type=Path, metavar="FILE", help="a CSV file, plain or gzip; - is not taken, since an import can go on")
    add.add_argument("--recipe", type=Path, metavar="RECIPE.yaml", help="how columns become facts (default: by their headings)")
    add.add_argument("--external-id", default="", metavar="COLUMN", help="the column with the shop's own number of each person")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return import_by_recipe(args, "people")


def import_by_recipe(args: argparse.Namespace, kind: str) -> int:
    """Import a CSV file and say what came of it."""
    from duologue.people.imports.actions import import_file

    workspace = workspace_of(args)
    recipe = text_of(args.recipe) if args.recipe else ""
    with progress(f"importing {args.file.name}") as told:
        job = import_file(workspace=workspace, path=args.file, kind=kind, recipe=recipe, external_id=args.external_id, told=told)
    tell(args, job)
    return 0


def text_of(path: Path) -> str:
    """Read a recipe's file, or refuse with a sentence."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as mistake:
        raise Refused(f"{path} cannot be read: {mistake}.") from mistake


def tell(args: argparse.Namespace, job: Import) -> None:
    """Print what an import did, and keep it in the audit log; one that was done before did nothing."""
    again = job.was_done_before
    figures = {
        "import": job.pk,
        "state": job.state,
        "again": again,
        "read": job.rows_read,
        "written": 0 if again else job.rows_written,
        "unchanged": job.rows_written + job.rows_unchanged if again else job.rows_unchanged,
        "refused": job.rows_refused,
        "counts": {} if again else job.counts,
        "refused_file": job.refused_file,
    }
    if again:
        note(f"{job.file} was imported before, by the same recipe: nothing has changed.")
    else:
        write_down(workspace_of(args), f"import {job.kind}", args.file.name, **{"import": job.pk, "written": job.rows_written})
    if args.json:
        print_json(figures)
        return
    print_table(["lines", "number"], [[name, figures[name]] for name in ("read", "written", "unchanged", "refused")])
    if figures["counts"]:
        print_table(["what", "number"], [[name, number] for name, number in sorted(job.counts.items())])
    if job.refused_file:
        print(f"The refused lines, each with its reason: {job.refused_file}")
