"""duologue results WHAT [NAME]."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import Refused, print_json, workspace_of

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "results"
HELP = "how the list grew, who bought again, how a message was received, what came of a campaign, promise, persona or stage"
EXAMPLE = "duologue results growth"
KINDS = ("growth", "buyers", "message", "campaign", "promise", "persona", "stage")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's words."""
    parser.add_argument("what", choices=KINDS, help="what to tell of")
    parser.add_argument("name", nargs="?", default="", help="the message's name")
    parser.add_argument("--within", default="", metavar="DIALOGUE", help="a message in one dialogue alone")


def run(args: argparse.Namespace) -> int:
    """Print one figure on each line, as the CSV has it, or JSON."""
    from duologue.measure.reports.rules import as_csv

    found = _found(workspace_of(args), args)
    if args.json:
        print_json(found)
    else:
        sys.stdout.write(as_csv(found))
    return 0


def _found(workspace: Workspace, args: argparse.Namespace) -> dict[str, Any]:
    from duologue.measure.growth.queries import growth
    from duologue.measure.growth.tasks import keep_for_page
    from duologue.measure.reports.groups import by
    from duologue.measure.reports.messages import of_message
    from duologue.platform.workspaces.queries import now

    if args.what == "growth":
        keep_for_page(workspace, now(workspace))
        return growth(workspace)
    if args.what == "buyers":
        return _buyers(workspace)
    if args.what != "message":
        return by(workspace, args.what)
    found = of_message(workspace, args.name, args.within)
    if found is None:
        raise Refused(f"No report has counted a message named {args.name!r} yet; count one with: duologue report DIALOGUE")
    return found


def _buyers(workspace: Workspace) -> dict[str, Any]:
    """Count cohorts of buyers, and return them."""
    from duologue.measure.buyers.actions import count
    from duologue.platform.workspaces.queries import now

    return dict(count(workspace=workspace, now=now(workspace)).data)
