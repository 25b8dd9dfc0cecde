"""`duologue plan DIR`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.cli.plans.saying import go, take_folder

if TYPE_CHECKING:
    import argparse

NAME = "plan"
HELP = "Show what a plan folder would change, and change nothing."
EXAMPLE = "duologue plan examples/online-retail/plan"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the folder, and what becomes of those under way."""
    take_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    return go(args, dry=True)
