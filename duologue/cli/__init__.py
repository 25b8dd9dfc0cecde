"""The duologue command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] = ()) -> None:
    """Do what the words say, or else the command line, and leave with the exit status."""
    import sys

    from duologue.cli.command import run

    sys.exit(run(words or sys.argv[1:]))
