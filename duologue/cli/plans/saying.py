"""Saying what a plan folder changes, for people and for machines."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duologue.cli.frame import AskedWrongly, Refused, note, print_json, workspace_of
from duologue.kit.yaml import Mistakes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from duologue.cli.plans.applying import Outcome


def take_folder(parser: argparse.ArgumentParser) -> None:
    """Take the folder, and what becomes of those under way."""
    parser.add_argument("folder", metavar="DIR", help="the plan folder")
    words = "whether people under way finish on their version of a changed dialogue or move to the new one; without it, asked on a terminal"
    parser.add_argument("--under-way", choices=["finish", "move"], help=words)


def go(args: argparse.Namespace, *, dry: bool) -> int:
    """Read the folder, apply it or only see what would change, and say so."""
    from duologue.cli.plans.applying import apply_files
    from duologue.cli.plans.folder import read_folder
    from duologue.platform.workspaces.queries import now

    folder = Path(args.folder)
    if not folder.is_dir():
        raise AskedWrongly(f"There is no folder {args.folder!r}.")
    workspace = workspace_of(args)
    try:
        files = read_folder(folder)
        move = {file.name for file in files} if args.under_way == "move" else set[str]()
        if not (dry or args.under_way or args.json) and sys.stdin.isatty():
            move = those_who_move(apply_files(workspace=workspace, files=files, now=now(workspace), dry=True).under_way)
        outcome = apply_files(workspace=workspace, files=files, now=now(workspace), dry=dry, move=move)
    except Mistakes as found:
        raise refused(args, found) from None
    if args.json:
        print_json(as_json(outcome, applied=not dry))
    else:
        say(outcome, dry=dry)
    return 0


def those_who_move(under_way: Mapping[str, int]) -> set[str]:
    """Ask for each dialogue that gets a new version what becomes of those under way; return the dialogues whose people move."""
    found = set()
    for name, people in under_way.items():
        print(f"{name}: {people} {'person is' if people == 1 else 'people are'} under way on an older version.")
        answer = ""
        while answer not in {"f", "finish", "m", "move"}:
            try:
                answer = input("Do they [f]inish on their version, or [m]ove to the new one? ").strip().lower()
            except EOFError:
                raise Refused("Nothing was changed: it was not said what becomes of those under way.") from None
        if answer.startswith("m"):
            found.add(name)
    return found


def refused(args: argparse.Namespace, found: Mistakes) -> Refused:
    """Return the refusal that lists all mistakes; for machines, print them too."""
    if args.json:
        print_json({"mistakes": [asdict(mistake) for mistake in found.mistakes]})
    many = len(found.mistakes)
    return Refused(f"{found}\nNothing was changed: {many} {'mistake' if many == 1 else 'mistakes'} to put right.")


def as_json(outcome: Outcome, *, applied: bool) -> dict[str, Any]:
    """Return an outcome as JSON values."""
    words = {"+": "new", "~": "changed", "→": "follows", "-": "gone"}
    changes = [{"change": words[change.sign], "file": change.path, "says": change.says} for change in outcome.changes]
    return {"applied": applied, "changes": changes, "under_way": outcome.under_way, "warnings": outcome.warnings}


def say(outcome: Outcome, *, dry: bool) -> None:
    """Print an outcome for people."""
    for change in outcome.changes:
        print(f"{change.sign} {change.path}  {change.says}")
    for warning in outcome.warnings:
        note(f"Note: {warning}")
    many = len(outcome.changes)
    if not many:
        print("Nothing to change: the workspace is as the folder says.")
    elif dry:
        if any("finish on theirs" in change.says for change in outcome.changes):
            note("apply asks whether those under way finish or move; to settle it beforehand, add: --under-way finish, or move")
        print(f"{many} {'file changes' if many == 1 else 'files change'} something. Put it in force with: duologue apply")
    else:
        print(f"{many} {'file' if many == 1 else 'files'} put in force.")
