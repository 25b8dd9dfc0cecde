"""`duologue jobs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

NAME = "jobs"
HELP = "Run coarse background jobs (imports, exports, tidying), until stopped; serve does this by itself."
EXAMPLE = "duologue jobs"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take none."""


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 every command takes them
    """Run them."""
    from duologue.platform.jobs.app import run_until_stopped

    run_until_stopped()
    return 0
