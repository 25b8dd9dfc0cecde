"""The duologue command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from duologue.cli.command import run

    run()
