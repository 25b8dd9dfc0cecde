"""From rounds to results: medians, spread, what is written down, and the comparison with an earlier run."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.meter import QUIET, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).with_name("results")
WORTH_SAYING = 0.1  # a change below a tenth is not told apart from chance


@dataclass
class Result:
    """One case over all its rounds. `spread` is half the distance of the extremes, as a share of the median."""

    case: str
    value: float
    spread: float
    unit: str
    limit: float | None
    ratio: float | None
    goal: float | None
    cpu_us: float
    database_cpu_us: float
    peak_mb: int
    bytes_per_million: float
    correct: bool
    disturbed: bool
    less_is_better: bool
    note: str
    rounds: int = 1

    @property
    def reached(self) -> bool | None:
        """Say whether the goal is reached; None where there is none."""
        if not self.goal:
            return None
        return self.value <= self.goal if self.less_is_better else self.value >= self.goal


def result(rounds: list[Row]) -> Result:
    """Return the medians of one case's rounds."""
    first = rounds[0]
    value = median(row.value for row in rounds)
    limits = [row.limit for row in rounds if row.limit]
    limit = median(limits) if limits else None
    return Result(
        case=first.case,
        value=value,
        spread=(max(row.value for row in rounds) - min(row.value for row in rounds)) / 2 / value if value else 0.0,
        unit=first.unit,
        limit=limit,
        ratio=value / limit if limit else None,
        goal=first.goal,
        cpu_us=median(row.cpu_us for row in rounds),
        database_cpu_us=median(row.database_cpu_us for row in rounds),
        peak_mb=max(row.peak_mb for row in rounds),
        bytes_per_million=median(row.bytes_per_million for row in rounds),
        correct=all(row.correct for row in rounds),
        disturbed=median(row.foreign for row in rounds) > QUIET,
        less_is_better=first.less_is_better,
        note=first.note,
        rounds=len(rounds),
    )


def file_of(size: str) -> Path:
    """Return the file of a run of this size that begins at the present moment."""
    return FOLDER / f"{datetime.now(UTC):%Y-%m-%dT%H%MZ}-{size.replace(',', '').replace(' ', '-')}.json"


def write(results: Iterable[Result], path: Path, size: str) -> None:
    """Write the results of a run of this size as JSON."""
    path.parent.mkdir(exist_ok=True)
    machine = f"{os.cpu_count()} processors, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    path.write_text(json.dumps([{**asdict(found), "size": size, "machine": machine} for found in results], indent=1) + "\n")


def changes(results: Iterable[Result], earlier: Path) -> tuple[list[str], bool]:
    """Say for each case what became of it since an earlier run; and whether any became worse beyond spread and a tenth."""
    before = {found["case"]: found for found in json.loads(earlier.read_text())}
    sentences, worse = [], False
    for found in results:
        old = before.get(found.case)
        if old is None or not old["value"] or not found.value:
            sentences.append(f"{found.case}: not measured before")
            continue
        gain = found.value / old["value"] if not found.less_is_better else old["value"] / found.value
        beyond = max(WORTH_SAYING, found.spread, old["spread"])
        verdict = "as before" if abs(gain - 1) <= beyond else "better" if gain > 1 else "WORSE"
        worse = worse or verdict == "WORSE"
        sentences.append(f"{found.case}: {verdict}, {old['value']:,.0f} then, {found.value:,.0f} {found.unit} now")
    return sentences, worse
