"""The list of refused lines of an event file: line, reason and sentence. What the lines say stays in the file itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duologue.kit.pipeline import Refused

HEADINGS = ["line", "reason", "sentence"]


@dataclass(slots=True, frozen=True)
class RefusedLines:
    """A CSV file in the data folder, begun with the first refusal."""

    path: Path

    def add(self, refusals: Sequence[tuple[int, Refused]]) -> bool:
        """Add lines in their order; say whether there were any."""
        if not refusals:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            if new:
                out.writerow(HEADINGS)
            out.writerows([line, why.reason, why.sentence] for line, why in sorted(refusals, key=lambda one: one[0]))
        return True

    def go_back_to(self, position: int) -> None:
        """Take out what a try that was cut off had listed after a line and not committed."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        kept = [row for row in rows[1:] if row and row[0].isdigit() and int(row[0]) <= position]
        with self.path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *kept])
