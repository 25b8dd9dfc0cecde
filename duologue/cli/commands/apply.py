"""`duologue apply DIR`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.plans.saying import go, take_folder

if TYPE_CHECKING:
    import argparse

NAME = "apply"
HELP = "Put a plan folder in force, all of it or nothing."
EXAMPLE = "duologue apply examples/online-retail/plan"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the folder, and what becomes of those under way."""
    take_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return go(args, dry=False)
