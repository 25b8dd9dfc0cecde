"""The list of refused lines of a file: line, reason, sentence, and, where they are wanted, the cells of the line."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duologue.kit.pipeline import Refused

    Refusal = tuple[int, Refused, Sequence[str]]

HEADINGS = ("line", "reason", "sentence")


@dataclass(slots=True, frozen=True)
class RefusedLines:
    """A CSV file, begun with the first refusal; `headings` are those of the lines' own cells."""

    path: Path
    headings: Sequence[str] = ()

    def add(self, refusals: Sequence[Refusal]) -> bool:
        """Add lines in their order; say whether there were any."""
        if not refusals:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists() or self.path.stat().st_size == 0
        with self.path.open("a", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            if new:
                out.writerow([*HEADINGS, *self.headings])
            out.writerows([line, why.reason, why.sentence, *cells] for line, why, cells in sorted(refusals, key=lambda one: one[0]))
        return True

    def go_back_to(self, position: int) -> None:
        """Take out what a try that was cut off had listed after a line and not committed; the file is replaced as a whole."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", newline="") as file:
            listed = list(csv.reader(file))
        kept = [row for row in listed[1:] if row and row[0].isdigit() and int(row[0]) <= position]
        if len(kept) == len(listed) - 1:
            return
        beside = self.path.with_name(f"{self.path.name}.new")
        with beside.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([*listed[:1], *kept])
        beside.replace(self.path)
