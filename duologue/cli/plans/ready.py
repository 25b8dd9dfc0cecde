"""`duologue dialogue ready-made`: the dialogues to start from, and writing one into a plan folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import AskedWrongly, Refused, print_json, print_table
from duologue.strategize.dialogues.ready import NotReady, ReadyMade, files, names, ready_made

if TYPE_CHECKING:
    import argparse


def write_or_list(args: argparse.Namespace) -> int:
    """List all, show what one asks, or write it; returns the exit status."""
    try:
        if not args.name:
            return _list([ready_made(name) for name in names()], args)
        if not args.into:
            return _show(ready_made(args.name), args)
        return _write(args.name, files(args.name, dict(_choice(text) for text in args.set)), args)
    except NotReady as refusal:
        raise AskedWrongly(str(refusal)) from None


def _list(found: list[ReadyMade], args: argparse.Namespace) -> int:
    if args.json:
        print_json([{"name": one.name, "about": one.about, "asks": dict(one.asks)} for one in found])
    else:
        print_table(["dialogue", "what for"], [[one.name, one.about] for one in found])
    return 0


def _show(one: ReadyMade, args: argparse.Namespace) -> int:
    if args.json:
        print_json({"name": one.name, "about": one.about, "asks": dict(one.asks), "defaults": dict(one.defaults)})
        return 0
    print(one.about + ".")
    print_table(["choice", "what is chosen", "without a choice"], [[key, says, one.defaults[key]] for key, says in one.asks.items()])
    print(f"Write it with: duologue dialogue ready-made {one.name} --into DIR")
    return 0


def _write(name: str, found: dict[str, str], args: argparse.Namespace) -> int:
    """Write the files; one that is there and says something else is never overwritten."""
    folder = Path(args.into)
    in_the_way = [path for path, text in found.items() if (folder / path).exists() and (folder / path).read_text() != text]
    if in_the_way:
        raise Refused(f"{', '.join(in_the_way)} in {folder} would be overwritten; move it away or rename it first. Nothing was written.")
    try:
        for path, text in found.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    except OSError as problem:
        raise Refused(f"The folder {args.into!r} cannot be written: {problem.strerror}.") from None
    if args.json:
        print_json({"dialogue": name, "folder": str(folder), "files": sorted(found)})
    else:
        print(f"{len(found)} files written to {folder}. See what they would change with: duologue plan {folder}")
    return 0


def _choice(text: str) -> tuple[str, str]:
    key, is_said, value = text.partition("=")
    if not is_said or not key or not value:
        raise AskedWrongly(f"--set takes CHOICE=VALUE, for example team=care, not {text!r}.")
    return key, value
