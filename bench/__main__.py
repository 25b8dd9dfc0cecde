"""`python -m bench [--json] [--full] [--only NAME …]`: rows of product, raw limit and ratio, on a database of its own."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

ROWS = ("orders", "people", "engine", "mail", "intake", "pages")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON array instead of a table")
    parser.add_argument("--full", action="store_true", help="the full sizes: a million people, runs and order lines (takes long)")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=ROWS, help="only these rows")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="duologue-bench-"))
    folder.chmod(0o755)
    try:
        found = _run(folder, args)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print(json.dumps([{**asdict(row), "ratio": row.ratio} for row in found], indent=1))
    else:
        _print(found)
    return 0


def _run(folder: Path, args: argparse.Namespace) -> list:
    os.environ.update(DUOLOGUE_DATA=str(folder), DJANGO_SETTINGS_MODULE="duologue.settings", DUOLOGUE_SECRET_KEY="for measuring only")
    os.environ.pop("DATABASE_URL", None)
    from duologue.cli.ground import standing_on_the_database

    found = []
    with standing_on_the_database():
        for name in args.only:
            print(f"{name} …", file=sys.stderr, flush=True)
            found += import_module(f"bench.{name}").measure(folder, full=args.full)
    return found


def _print(rows: list) -> None:
    print(f"{'':44} {'product':>12} {'raw limit':>12} {'ratio':>6} {'goal':>9}   {'µs here':>8} {'µs db':>7}")
    for row in rows:
        raw, goal = (f"{number:,.0f}" if number else "" for number in (row.raw, row.goal))
        ratio = f"{row.ratio:.2f}" if row.ratio else ""
        figures = f"{row.product:>12,.0f} {raw:>12} {ratio:>6} {goal:>9}   {row.cpu:>8.1f} {row.database_cpu:>7.1f}"
        print(f"{row.what:44} {figures}   {row.unit}  {row.note}")
    one, five, _fifteen = os.getloadavg()
    print(f"\nLoad of this machine meanwhile: {one:.1f} (1 min), {five:.1f} (5 min) on {os.cpu_count()} processors.")
    print("µs: processor time per unit, of this process and of PostgreSQL; it changes less with the load than the rate does.")


if __name__ == "__main__":
    sys.exit(main())
