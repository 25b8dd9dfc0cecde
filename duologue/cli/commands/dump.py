"""`duologue dump DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, print_json, workspace_of

if TYPE_CHECKING:
    import argparse

NAME = "dump"
HELP = "Write the plan in force into a folder, byte for byte as it was applied; what was edited on screen as it is now."
EXAMPLE = "duologue dump plan"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the folder."""
    parser.add_argument("folder", metavar="DIR", help="where to write; files of the same names are replaced")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from duologue.cli.plans.applying import files_in_force

    folder = Path(args.folder)
    found = files_in_force(workspace_of(args))
    try:
        for path, content in found.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as problem:
        raise Refused(f"The folder {args.folder!r} cannot be written: {problem.strerror}.") from None
    if args.json:
        print_json({"folder": str(folder), "files": sorted(found)})
    else:
        print(f"{len(found)} files written to {folder}.")
    return 0
