"""duologue segment: how many people a segment holds, and who they are."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, progress, workspace_of

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.models import Segment

NAME = "segment"
HELP = "Count a segment in full, or export the people in it."
EXAMPLE = "duologue segment export lapsed-good-customers > people.csv"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-words and what they take."""
    words = parser.add_subparsers(dest="word", required=True, metavar="count|export")
    count = words.add_parser("count", help="count it over all people, mend what differs, and say how many are in it")
    count.add_argument("name", metavar="NAME")
    export = words.add_parser("export", help="write the people in it to standard output, as CSV or (with --json) a line of JSON each")
    export.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Count or export."""
    from duologue.strategize.segments import queries

    workspace = workspace_of(args)
    segment = queries.segment(workspace, args.name)
    if segment is None:
        raise Refused(f"There is no segment {args.name!r} in {workspace.name}; apply a plan folder that holds segments/{args.name}.yaml.")
    return _count(args, workspace, segment) if args.word == "count" else _export(args, workspace, segment)


def _count(args: argparse.Namespace, workspace: Workspace, segment: Segment) -> int:
    from duologue.platform.workspaces.queries import now
    from duologue.strategize.segments.actions import Busy, sweep

    try:
        with progress(f"Counting {segment.name}"):
            mended = sweep(workspace=workspace, segment=segment, now=now(workspace))
    except Busy as busy:
        raise Refused(str(busy)) from None
    segment.refresh_from_db()
    if args.json:
        print_json({"segment": segment.name, "people": segment.size, "mended": mended, "counted_at": segment.swept_at})
    else:
        print_table(["segment", "people", "mended"], [[segment.name, segment.size, mended]])
    return 0


def _export(args: argparse.Namespace, workspace: Workspace, segment: Segment) -> int:
    import json

    from duologue.people.profiles.queries import people
    from duologue.strategize.segments.queries import each_member

    out = csv.writer(sys.stdout)
    if not args.json:
        out.writerow(["person", "email", "phone", "external_id", "locale", "country"])
    written = 0
    for page in each_member(workspace, segment.name, at_once=2_000):
        found = people(workspace, page, facts=())
        for person in page:
            known = found[person]
            first = {kind: (known.identifiers.get(kind) or [""])[0] for kind in ("email", "phone", "external")}
            row = [person, first["email"], first["phone"], first["external"], known.locale, known.country]
            if args.json:
                keys = ["person", "email", "phone", "external_id", "locale", "country"]
                sys.stdout.write(json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) + "\n")
            else:
                out.writerow(row)
        written += len(page)
    note(f"{written:,} people.")
    return 0
