"""`duologue message render|check|try`: what a person would read, what to look at in it, and a trial letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, print_json, workspace_of

if TYPE_CHECKING:
    import argparse

    from duologue.platform.workspaces.models import Workspace

NAME = "message"
HELP = "Show a message as one person would read it, look through it, or try it on a colleague."
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

    check = words.add_parser("check", help="look through a message: links, values, pictures, size, contrast, words, the way out, voice")
    check.add_argument("name", metavar="NAME", help="the message")
    check.add_argument("--person", metavar="REF", default="", help="as this person would read it (default: no one)")
    tried = words.add_parser("try", help="send a trial letter to someone who works here; it touches nobody's figures")
    tried.add_argument("name", metavar="NAME", help="the message")
    tried.add_argument("--to", metavar="ADDRESS", required=True, help="the address of a member of the workspace")
    tried.add_argument(
        "--person", metavar="REF", default="", help="as this person would read it (default: someone of whom nothing is known)"
    )


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return int({"render": _render, "check": _check, "try": _try}[args.word](args))


def _check(args: argparse.Namespace) -> int:
    """Print what to look at; exit with 1 where something is bad."""
    from dataclasses import asdict

    from duologue.engage.messages.checks import check_message
    from duologue.engage.messages.queries import NoSuchMessage
    from duologue.engage.messages.words import wording_of
    from duologue.engage.templates.liquid import ContentFailed
    from duologue.kit.text import one_line

    workspace = workspace_of(args)
    try:
        found = check_message(workspace, args.name, _person(workspace, args.person) if args.person else None)
    except (NoSuchMessage, ContentFailed) as refusal:
        raise Refused(str(refusal)) from None
    reading = wording_of(workspace, args.name)
    words = reading.open if reading else []
    is_bad = int("bad" in {*(one.tone for one in found), *(one.tone for one in words)})
    if args.json:
        findings, wording = [asdict(one) for one in found], [asdict(one) | {"mark": one.mark} for one in words]
        print_json({"message": args.name, "findings": findings, "wording": wording})
        return is_bad
    for one in found:
        print(f"{one.tone}: {one.says} {one.do}")
    for said in words:
        print(f"{said.tone}: {said.field}, “{one_line(said.quote, most=60)}”: {said.says} {said.do}")
    if not found and not words:
        print("Nothing to mend.")
    return is_bad


def _try(args: argparse.Namespace) -> int:
    from duologue.engage.messages.trying_out import NotTried, send_trial
    from duologue.platform.workspaces.queries import now

    workspace = workspace_of(args)
    person = _person(workspace, args.person) if args.person else None
    try:
        send_trial(workspace=workspace, message=args.name, to=args.to, person=person, now=now(workspace))
    except NotTried as refusal:
        raise Refused(str(refusal)) from None
    if args.json:
        print_json({"message": args.name, "to": args.to})
    else:
        print(f"A trial letter of {args.name} is on its way to {args.to}.")
    return 0


def _render(args: argparse.Namespace) -> int:
    """Print subject and text, or all parts as JSON."""
    from duologue.engage.messages.queries import NoSuchMessage, render_preview
    from duologue.engage.templates.liquid import ContentFailed

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
