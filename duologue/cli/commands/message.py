"""`duologue message render`: what a person would read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, print_json, workspace_of

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "message"
HELP = "Show a message as one person would read it."
EXAMPLE = "duologue message render we-miss-you --person ann@example.com"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take render NAME --person REF."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    render = words.add_parser("render", help="render a message; nothing is sent")
    render.add_argument("name", metavar="NAME", help="the message")
    render.add_argument(
        "--person", metavar="REF", default="", help="a person's number, e-mail address, phone number or external id (default: no one)"
    )
    render.add_argument("--version", metavar="NUMBER", type=int, default=None, help="an earlier version (default: the current one)")
    render.add_argument("--part", choices=["text", "html"], default="text", help="which part to print (default: text)")


def run(args: argparse.Namespace) -> int:
    """Print subject and text, or all parts as JSON."""
    from duologue.engage.messages.content.liquid import ContentFailed
    from duologue.engage.messages.queries import NoSuchMessage, render_preview

    workspace = workspace_of(args)
    person = _person(workspace, args.person) if args.person else None
    try:
        shown = render_preview(workspace, args.name, person, number=args.version)
    except (NoSuchMessage, ContentFailed) as refusal:
        raise Refused(str(refusal)) from None
    if args.json:
        print_json({"subject": shown.subject, "html": shown.html, "text": shown.text})
    elif args.part == "html":
        print(shown.html)
    else:
        print(f"Subject: {shown.subject}\n\n{shown.text}")
    return 0


def _person(workspace: Workspace, ref: str) -> int:
    from duologue.kit.pipeline import Refused as Stopped
    from duologue.people.privacy.queries import person_of

    for reference in (ref, f"person:{ref}"):
        try:
            return person_of(workspace, reference)
        except Stopped:
            continue
    raise Refused(f"No one is known as {ref!r} in {workspace.name}.")
