"""`duologue version`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from duologue.cli.frame import print_json

if TYPE_CHECKING:
    import argparse

NAME = "version"
HELP = "Say which version this is."
EXAMPLE = "duologue version"
NEEDS_DATABASE = False


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(args: argparse.Namespace) -> int:
    """Print it."""
    try:
        number = version("duologue")
    except PackageNotFoundError:
        number = "not installed: run from its source"
    if args.json:
        print_json({"version": number})
    else:
        print(number)
    return 0
