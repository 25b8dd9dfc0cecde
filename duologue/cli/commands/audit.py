"""`duologue audit`."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

from duologue.cli.frame import AskedWrongly, many, print_json, print_table, workspace_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from datetime import datetime

    from duologue.platform.audit.models import AuditEntry

NAME = "audit"
HELP = "Show who changed what, newest first: by who, what, when and a word."
EXAMPLE = 'duologue audit --what "publish dialogue" --since 2026-11-01 --word win-back'
HEADINGS = ["at", "who", "what", "subject", "detail"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to look for."""
    parser.add_argument("--who", default="", metavar="NAME", help="a member, a key, or 'command line'")
    parser.add_argument("--what", default="", metavar="ACTION", help="the action, as the list shows it")
    parser.add_argument("--since", default="", metavar="INSTANT", help="not before, like 2026-11-01 or 2026-11-01T09:00")
    parser.add_argument("--until", default="", metavar="INSTANT", help="before")
    parser.add_argument("--word", default="", help="anywhere in the entry")
    parser.add_argument("--most", type=many, default=50, metavar="N", help="(default: 50)")
    parser.add_argument("--installation", action="store_true", help="what concerns the whole installation and no workspace")
    parser.add_argument("--csv", action="store_true", help="as a table with commas")


def run(args: argparse.Namespace) -> int:
    """Look."""
    from duologue.kit.text import no_formula
    from duologue.platform.audit.queries import Asked, every

    workspace = None if args.installation else workspace_of(args)
    zone = workspace.timezone if workspace else "UTC"
    asked = Asked(args.who, args.what, _moment(args.since, zone), _moment(args.until, zone), args.word)
    found = every(workspace, asked, most=args.most)
    if args.json:
        print_json([{"at": one.at, "who": one.actor, "what": one.action, "subject": one.subject, "detail": one.detail} for one in found])
    elif args.csv:
        table = csv.writer(sys.stdout)
        table.writerow(HEADINGS)
        table.writerows([no_formula(cell) for cell in row] for row in _rows(found))
    else:
        print_table(HEADINGS, _rows(found))
    return 0


def _rows(found: Iterable[AuditEntry]) -> list[list[str]]:
    return [
        [one.at.isoformat(timespec="seconds"), one.actor, one.action, one.subject, json.dumps(one.detail) if one.detail else ""]
        for one in found
    ]


def _moment(text: str, zone: str) -> datetime | None:
    """Read a moment, in the workspace's time zone where it names none."""
    from datetime import datetime

    from duologue.kit.clock import zone_named

    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise AskedWrongly(f"{text!r} is no moment; write it like 2026-11-01 or 2026-11-01T09:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=zone_named(zone, "UTC"))
