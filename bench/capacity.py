"""What a brand of a given size needs: `python -m bench.capacity docs/figures.json` prints the tables of docs/scale.md.

The figures are those of a run of `make bench`: processor time per unit, here and in PostgreSQL, and bytes per unit.
What people do in a month, how steep the busiest moment is and what a machine costs are assumptions, named at the top.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple, dataclass
from math import ceil
from pathlib import Path

PEOPLE = (1_000_000, 10_000_000, 100_000_000)
EVENTS = 20  # a person's events in a month: visits, baskets, orders, clicks
TURNS = 6  # turns that a person's dialogues take in a month
LETTERS = 6  # what a person is sent in a month
STEEP = 5  # the busiest hour of a month, beside the average one
BROADCAST = 2 * 3600  # seconds in which one letter is to reach everybody
KEPT = 12  # months of timeline and letters kept in PostgreSQL
BUSY = 0.6  # the share of a processor that is planned with
CORE, GIGABYTE = 20.0, 0.10  # EUR a month for a processor with 4 GB of memory, and for a GB of fast disk
MONTH = 30 * 86_400
PROCESSORS = 2  # of the machine that the figures are from

# the cases of the bench, by words of their names
PERSON, TAKEN, EVENT, TURN, BOTH = (
    "people, five facts",
    "events over HTTP in batches",
    "onto the timeline",
    "transitions with",
    "by two workers",
)
PLANNED, SENT = "plan a broadcast", "broadcast to"


@dataclass(frozen=True)
class Cost:
    """What one unit costs: seconds of a processor here and in PostgreSQL, and bytes that stay in the database."""

    here: float
    database: float
    stays: float


@dataclass(frozen=True)
class Need:
    """What a number of people needs at the busiest moment of a month, and what it keeps."""

    people: int
    events: float  # a second, at the busiest
    letters: float  # a second, while a letter goes to everybody
    workers: int  # processors beside PostgreSQL
    database: int  # processors of PostgreSQL
    gigabytes: int
    money: int  # EUR a month


class Figures:
    """A run of the bench, asked for by words of a case's name."""

    def __init__(self, path: Path) -> None:
        self._cases = json.loads(path.read_text())

    def case(self, words: str) -> dict:
        """Return the first case whose name begins with these words, or else holds them; LookupError where the run has none."""
        found = [case for case in self._cases if words in case["case"]]
        if not found:
            raise LookupError(f"The figures hold no case with {words!r} in its name.")
        return min(found, key=lambda case: not case["case"].strip().startswith(words))

    def cost(self, words: str) -> Cost:
        """Return what one unit of a case costs."""
        found = self.case(words)
        return Cost(found["cpu_us"] / 1e6, found["database_cpu_us"] / 1e6, found["bytes_per_million"] / 1e6)


def need(figures: Figures, people: int) -> Need:
    """Return what so many people need."""
    person, taken, event, turn = (figures.cost(words) for words in (PERSON, TAKEN, EVENT, TURN))
    planned, sent = figures.cost(PLANNED), figures.cost(SENT)
    a_second = STEEP * people / MONTH
    busiest = [(taken, EVENTS * a_second), (event, EVENTS * a_second), (turn, TURNS * a_second)]
    busiest += [(planned, people / BROADCAST), (sent, people / BROADCAST)]
    workers = ceil(sum(cost.here * rate for cost, rate in busiest) / BUSY)
    database = ceil(sum(cost.database * rate for cost, rate in busiest) / BUSY)
    stays = people * (person.stays + KEPT * (EVENTS * event.stays + TURNS * turn.stays + LETTERS * (planned.stays + sent.stays)))
    gigabytes = ceil(stays / 1e9)
    money = round((workers + database) * CORE + gigabytes * GIGABYTE)
    return Need(people, EVENTS * a_second, people / BROADCAST, workers, database, gigabytes, money)


def needs(figures: Figures) -> str:
    """Return the table of what each size needs."""
    heads = ("people", "events/s, busiest", "letters/s", "processors beside PostgreSQL", "processors of PostgreSQL", "GB", "EUR a month")
    return table(heads, [[f"{value:,.0f}" for value in astuple(need(figures, people))] for people in PEOPLE])


def checked(figures: Figures) -> str:
    """Return the table of what the model foretells for this machine beside what the run measured."""
    rows = []
    for words, beside in ((TAKEN, 1), (EVENT, 1), (TURN, 1), (BOTH, PROCESSORS), (PLANNED, 1)):
        found, cost = figures.case(words), figures.cost(words)
        foretold = beside / (cost.here + cost.database)
        rows.append([found["case"].strip(), f"{foretold:,.0f}", f"{found['value']:,.0f}", f"{found['value'] / foretold:.2f}"])
    return table(("case", "foretold a second", "measured a second", "ratio"), rows)


def table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    figures = Figures(Path(sys.argv[1]))
    print(needs(figures), checked(figures), sep="\n\n")
