"""`make bench`, or `python -m bench`: the product beside the raw limit of what it stands on, as medians of several rounds."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import plots, results
from bench.meter import QUIET, Row
from bench.one import size_of, size_options
from bench.rounds import Rounds

CASES = (
    *("orders", "people", "engine", "mail", "planning", "broadcast", "intake", "sites", "carriers", "pages", "simulator"),
    *("respond", "links", "start", "segments", "lake", "demo"),
)
MINUTES = {"small": 18, "full": 170}


def main() -> int:
    args = _asked()
    rounds = Rounds(args.only, args.size, most=args.rounds, seconds=args.minutes * 60)
    measured: dict[str, list[Row]] = {}
    path = results.file_of(args.size.name)
    for rows in _with_a_bar(rounds, len(args.only) * args.rounds):
        for row in rows:
            measured.setdefault(row.case, []).append(row)
        results.write([results.result(several) for several in measured.values()], path, args.size.name)  # a run cut off leaves what it has
    found = [results.result(several) for several in measured.values()]
    _print(found)
    failed = bool(rounds.failed)
    if found:
        print(f"\nWritten to {path} and {plots.write(found, path)}")
    if args.compare:
        sentences, worse = results.changes(found, args.compare)
        print(f"\nBeside {args.compare}:", *sentences, sep="\n  ")
        failed = failed or worse
    return 1 if failed else 0


def _with_a_bar(rounds: Rounds, total: int):
    bar = Progress(
        TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    )
    with bar:
        task = bar.add_task("", total=total)
        for rows in rounds.run(lambda name, number: bar.update(task, description=f"{name}, round {number + 1}")):
            yield rows
            bar.advance(task)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, parents=[size_options()])
    parser.add_argument("--only", type=_cases, default=_cases(os.environ.get("ONLY") or ",".join(CASES)), help=f"of {','.join(CASES)}")
    parser.add_argument(
        "--rounds", type=int, default=int(os.environ.get("ROUNDS") or 3), help="rounds of each case at most; the median is told"
    )
    usual = os.environ.get("MINUTES")
    parser.add_argument("--minutes", type=float, default=usual, help="after them no case begins another round (18; 170 in full)")
    compare = os.environ.get("COMPARE")
    parser.add_argument("--compare", type=Path, default=Path(compare) if compare else None, help="an earlier run's JSON to stand beside")
    args = parser.parse_args()
    args.minutes = args.minutes or MINUTES[args.size]
    try:
        args.size = size_of(args)
    except ValueError as wrong:
        parser.error(str(wrong))
    return args


def _cases(words: str) -> list[str]:
    names = [word for word in words.replace(",", " ").split() if word]
    if unknown := [name for name in names if name not in CASES]:
        raise argparse.ArgumentTypeError(f"There is no case {', '.join(unknown)}; there are {', '.join(CASES)}.")
    return names


def _print(found: list[results.Result]) -> None:
    heads = ("", "product", "±", "rounds", "raw limit", "ratio", "goal", "µs here", "µs db", "MB", "GB/million")
    widths = (46, 11, 5, 6, 11, 6, 8, 8, 8, 5, 11)
    print(*(f"{head:{'<' if not head else '>'}{width}}" for head, width in zip(heads, widths, strict=True)))
    for row in found:
        cells = (
            row.case,
            f"{row.value:,.0f}",
            f"{row.spread:.0%}",
            f"{row.rounds}",
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


def _leave(*_: object) -> None:
    sys.exit("It was told to stop; what was measured until then is written down.")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
