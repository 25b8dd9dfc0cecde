"""The duologue command."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit status."""
    import sys

    from duologue.cli.command import run

    sys.exit(run(sys.argv[1:]))
