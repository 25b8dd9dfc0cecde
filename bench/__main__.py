"""`make bench`, or `python -m bench`: the product beside the raw limit of what it stands on, as medians of several rounds."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import plots, results
from bench.meter import QUIET, Row

CASES = (
    *("orders", "people", "engine", "mail", "planning", "broadcast", "intake", "sites", "carriers", "pages", "simulator"),
    *("respond", "links", "start", "segments", "lake", "demo"),
)


def main() -> int:
    args = _asked()
    progress = Progress(
        TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    )
    rounds: dict[str, list[Row]] = {}
    failed = False
    with progress:
        bar = progress.add_task("", total=len(args.only) * args.rounds)
        for name in args.only:
            for number in range(args.rounds):
                progress.update(bar, description=f"{name}, round {number + 1}")
                for row in (found := _round(name, args.size)):
                    rounds.setdefault(row.case, []).append(row)
                failed = failed or not found
                progress.advance(bar)
    found = [results.result(rows) for rows in rounds.values()]
    path = results.write(found, args.size)
    _print(found)
    print(f"\nWritten to {path} and {plots.write(found, path)}")
    if args.compare:
        sentences, worse = results.changes(found, args.compare)
        print(f"\nBeside {args.compare}:", *sentences, sep="\n  ")
        failed = failed or worse
    return 1 if failed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=("small", "full"), default=os.environ.get("SIZE") or "small", help="small, or full: a million")
    parser.add_argument("--only", type=_cases, default=_cases(os.environ.get("ONLY") or ",".join(CASES)), help=f"of {','.join(CASES)}")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 3), help="rounds of each case; its median is told")
    compare = os.environ.get("COMPARE")
    parser.add_argument("--compare", type=Path, default=Path(compare) if compare else None, help="an earlier run's JSON to stand beside")
    return parser.parse_args()


def _cases(words: str) -> list[str]:
    names = [word for word in words.replace(",", " ").split() if word]
    if unknown := [name for name in names if name not in CASES]:
        raise argparse.ArgumentTypeError(f"There is no case {', '.join(unknown)}; there are {', '.join(CASES)}.")
    return names


def _round(name: str, size: str) -> list[Row]:
    """Run one round in a process of its own; nothing where it failed, which is said."""
    done = subprocess.run([sys.executable, "-m", "bench.one", name, size], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} failed, and tells no time: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _print(found: list[results.Result]) -> None:
    heads = ("", "product", "±", "raw limit", "ratio", "goal", "µs here", "µs db", "MB", "GB/million")
    widths = (46, 11, 5, 11, 6, 8, 8, 8, 5, 11)
    print(*(f"{head:{'<' if not head else '>'}{width}}" for head, width in zip(heads, widths, strict=True)))
    for row in found:
        cells = (
            row.case,
            f"{row.value:,.0f}",
            f"{row.spread:.0%}",
            f"{row.limit:,.0f}" if row.limit else "",
            f"{row.ratio:.2f}" if row.ratio else "",
            f"{row.goal:,.0f}" if row.goal else "",
            f"{row.cpu_us:.1f}",
            f"{row.database_cpu_us:.1f}",
            f"{row.peak_mb}",
            f"{row.bytes_per_million / 1e9:.2f}",
        )
        state = {True: "reached", False: "not reached", None: ""}[row.reached] + (", disturbed" if row.disturbed else "")
        line = " ".join(f"{cell:{'<' if cell is row.case else '>'}{width}}" for cell, width in zip(cells, widths, strict=True))
        print(f"{line}  {row.unit}  {state}  {row.note}")
    print("\nµs: processor time per unit, of the product's process and of PostgreSQL.")
    print(f"Disturbed: strangers took over {QUIET:.0%} of the machine meanwhile.")


if __name__ == "__main__":
    sys.exit(main())
