"""`duologue consent import|export`."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note, print_json, print_table, progress, workspace_of, write_down

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import TextIO

    from duologue.platform.workspaces.models import Workspace

NAME = "consent"
HELP = "Take over who agreed and who left from another tool, or hand it to one."
EXAMPLE = "duologue consent import subscribed_members.csv --from mailchimp --purpose newsletter"
TOOLS = ["activecampaign", "brevo", "hubspot", "klaviyo", "listmonk", "mailchimp", "mautic"]
STATES = ["subscribed", "unsubscribed", "cleaned", "pending", "nonsubscribed"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take import or export."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    take = words.add_parser("import", help="take in a list; the same list again changes nothing, and nobody who had left becomes mailable")
    take.add_argument("file", type=Path, metavar="FILE", help="the tool's own export in CSV, plain or gzip")
    take.add_argument("--from", dest="tool", required=True, choices=TOOLS, metavar="TOOL", help=", ".join(TOOLS))
    take.add_argument("--purpose", required=True, metavar="PURPOSE", help="the purpose by consent that the list stands for")
    take.add_argument(
        "--state", default="", choices=STATES, metavar="STATE", help="what the list holds, where its rows do not say: " + ", ".join(STATES)
    )
    give = words.add_parser("export", help="write everyone with an address: how they stand for a purpose, since when and why")
    give.add_argument("file", type=Path, metavar="FILE", help="the CSV file to write; it must not be there yet")
    give.add_argument("--to", dest="tool", required=True, choices=TOOLS, metavar="TOOL", help=", ".join(TOOLS))
    give.add_argument("--purpose", required=True, metavar="PURPOSE")
    give.add_argument(
        "--state", default="", choices=["subscribed", "unsubscribed"], metavar="STATE", help="only those: subscribed or unsubscribed"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    workspace = workspace_of(args)
    _import(args, workspace) if args.word == "import" else _export(args, workspace)
    return 0


def _import(args: argparse.Namespace, workspace: Workspace) -> None:
    from duologue.people.exchange.actions import take_list
    from duologue.people.imports.listing import RefusedLines
    from duologue.platform.workspaces.queries import now

    refused = RefusedLines(args.file.with_name(f"{args.file.stem}.refused.csv"))
    with progress(f"taking in {args.file.name}") as told:
        taken = take_list(
            workspace=workspace,
            path=args.file,
            tool=args.tool,
            purpose=args.purpose,
            now=now(workspace),
            refused=refused,
            state=args.state,
            told=told,
        )
    write_down(workspace, "import consent", args.file.name, tool=args.tool, purpose=args.purpose, **taken.counts)
    figures = dict(sorted(taken.counts.items())) | {"refused": taken.refused}
    refused_file = str(refused.path) if taken.refused else ""
    if args.json:
        print_json(figures | {"refused_file": refused_file})
        return
    print_table(["lines", "number"], [[name, number] for name, number in figures.items()])
    if refused_file:
        print(f"The refused lines, each with its reason: {refused_file}")


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """Open a file for its owner alone, which has its name only once all of it is written."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            yield file
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _export(args: argparse.Namespace, workspace: Workspace) -> None:
    from duologue.kit.text import no_formula
    from duologue.people.consent.queries import purposes
    from duologue.people.exchange.queries import lines
    from duologue.people.exchange.rules.line import STATES as MEANT
    from duologue.people.exchange.rules.line import Line
    from duologue.people.exchange.rules.tools import TOOLS as KNOWN

    if args.purpose not in purposes(workspace):
        raise Refused(f"There is no purpose {args.purpose!r} in {workspace.name}.")
    if args.file.exists():
        raise Refused(f"{args.file} is there already; name another file.")
    tool = KNOWN[args.tool]
    if not tool.takes_both and not args.state:
        raise Refused(
            f"{args.tool} takes those who agreed and those who left as lists of their own. Add --state subscribed or unsubscribed."
        )
    written = 0
    with _whole(args.file) as file, progress(f"writing {args.file.name}") as told:
        writer = csv.DictWriter(file, fieldnames=list(tool.write(Line(email=""))))
        writer.writeheader()
        for line in lines(workspace, args.purpose):
            if not args.state or line.state == MEANT[args.state]:
                cells = tool.write(line).items()
                writer.writerow({head: cell if head.lower() in tool.address else no_formula(cell) for head, cell in cells})
                written += 1
                told(1)
    write_down(workspace, "export consent", args.file.name, tool=args.tool, purpose=args.purpose, written=written)
    if args.json:
        print_json({"file": str(args.file), "written": written})
    else:
        note(f"{written} {'line' if written == 1 else 'lines'} in {args.file}.")
