"""`python -m bench.one CASE`: one round of one case on a database of its own; its rows go to standard output as JSON."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.sizes import Size


def main(name: str, size: Size) -> None:
    folder = Path(tempfile.mkdtemp(prefix="duologue-bench-"))
    folder.chmod(0o755)
    os.environ.update(DUOLOGUE_DATA=str(folder), DJANGO_SETTINGS_MODULE="duologue.settings", DUOLOGUE_SECRET_KEY="for measuring only")
    os.environ.pop("DATABASE_URL", None)
    from duologue.cli.ground import standing_on_the_database
    from duologue.kit import garbage

    try:
        with standing_on_the_database():
            garbage.stay()  # as a worker does
            rows = import_module(f"bench.{name}").measure(folder, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps([asdict(row) for row in rows]))


def size_options() -> argparse.ArgumentParser:
    """Return what says how large a run is: options, or the environment where `make` calls."""
    parser = argparse.ArgumentParser(add_help=False)
    usual = os.environ.get("SIZE") or "small"
    parser.add_argument(
        "--size", choices=("small", "full"), default=usual, help="small: 100,000 people; full: a million, 20,000,000 events"
    )
    for name, most in (("people", "10,000,000"), ("events", "1,000,000,000")):
        asked = os.environ.get(name.upper())
        parser.add_argument(f"--{name}", type=_number, default=asked, help=f"so many {name} in place of a case's own, up to {most}")
    return parser


def size_of(args: argparse.Namespace) -> Size:
    return Size(full=args.size == "full", people=args.people, events=args.events)


def _number(word: str) -> int:
    return int(word.replace(",", "").replace("_", ""))


def _leave(*_: object) -> None:
    sys.exit("It was told to stop.")  # what runs is ended on the way out


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    asking = argparse.ArgumentParser(description=__doc__, parents=[size_options()])
    asking.add_argument("case")
    asked = asking.parse_args()
    main(asked.case, size_of(asked))
