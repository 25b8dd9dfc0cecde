"""Reading the lines of a file in batches of drafts; nothing here asks the database."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.pipeline import Refused
from duologue.people.imports.grouped import GroupedLines
from duologue.people.imports.lines import Context, Draft, LeftOut
from duologue.people.imports.newcomers import Newcomers  # noqa: TC001  msgspec reads it at run time
from duologue.people.imports.packing import unpack
from duologue.people.imports.persons import PeopleLines
from duologue.people.imports.reading import distinct
from duologue.people.imports.single import EventLines
from duologue.people.imports.values import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES_AT_ONCE = 5_000
Lines = PeopleLines | EventLines | GroupedLines
Refusal = tuple[int, Refused, Row]


class Batch(msgspec.Struct):
    """What the lines up to a position say: drafts, refusals, lines passed over and why, and how many said the same again."""

    position: int
    drafts: list[Draft]
    refusals: list[Refusal]
    passed_over: list[tuple[int, str]]
    repeated: int
    lines: int = 0
    """How many lines were read for it; orders still open may keep its position behind."""
    newcomers: Newcomers | None = None
    """The same as the drafts say, where everyone may be new."""
    packed: bytes = b""
    """The drafts, where another process read them, until they are asked for."""

    def unpacked(self) -> list[Draft]:
        """Return the drafts."""
        if self.packed:
            self.drafts, self.packed = unpack(self.packed), b""
        return self.drafts


@dataclass(slots=True)
class Drafting:
    """A file being read."""

    context: Context
    drafts: list[Draft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    passed_over: list[tuple[int, str]] = field(default_factory=list)

    def batches(self, rows: Iterator[Row], start: int) -> Iterator[Batch]:
        """Give what the rows after the start say, batch by batch; raises Refused where the recipe does not fit the file."""
        recipe, columns = self.context.recipe, self.context.columns
        lines = lines_of(self.context)
        tidy = columns.cleaner(recipe.clean)
        skips = [(skip.because, columns.where(skip.where)) for skip in recipe.skip]
        self._go_over(lines, itertools.islice(rows, start), tidy, skips)
        line = start
        for line, row in enumerate(rows, start + 1):
            if self._is_line(line, row):
                if tidy:
                    tidy(row)
                because = next((because for because, test in skips if test(row)), None) if skips else None
                if because is None:
                    self._add(lines, line, row)
                else:
                    self.passed_over.append((line, because))
                    lines.leave_out(line, row, because)
            if line % LINES_AT_ONCE == 0:
                self._gather(lines.done(line))
                yield self._batch(lines, lines.position(line), LINES_AT_ONCE)
        self._gather(lines.done(line + 10**9))
        yield self._batch(lines, line, line % LINES_AT_ONCE)

    def _go_over(
        self, lines: Lines, rows: Iterator[Row], tidy: Callable[[Row], None] | None, skips: list[tuple[str, Callable[[Row], bool]]]
    ) -> None:
        """Go over lines that are committed already; where equal lines are told apart by their number, count them again."""
        for line, row in enumerate(rows, 1):
            if isinstance(lines, EventLines) and self._is_line(line, row):
                if tidy:
                    tidy(row)
                if not any(test(row) for _, test in skips):
                    lines.went_before(line, row)
        self.refusals.clear()
        self.passed_over.clear()

    def _is_line(self, line: int, row: Row) -> bool:
        """Say whether this is a line to read; blank ones and repeated headings are passed over, misshapen ones refused."""
        headings = self.context.columns.headings
        width = len(headings)
        if len(row) == width and row[0] != headings[0]:
            return True
        if not any(cell.strip() for cell in row):
            self.passed_over.append((line, "blank"))
            return False
        if distinct(row) == headings:
            self.passed_over.append((line, "headings again"))
            return False
        if len(row) == width:
            return True
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            del row[width:]
            return True
        sentence = f"The line has {len(row)} columns, the headings have {width}."
        self.refusals.append((line, Refused("wrong number of columns", sentence), row))
        return False

    def _add(self, lines: Lines, line: int, row: Row) -> None:
        try:
            self.drafts.extend(lines.add(line, row))
        except LeftOut as left_out:
            self.passed_over.append((line, left_out.reason))
        except Refused as refusal:
            self.refusals.append((line, refusal, row))

    def _gather(self, found: Any) -> None:
        for one in found:
            if isinstance(one, Draft):
                self.drafts.append(one)
                continue
            order, refusal = one
            if isinstance(refusal, LeftOut):
                self.passed_over.append((order.first, refusal.reason))
            else:
                self.refusals.append((order.first, refusal, order.row))

    def _batch(self, lines: Lines, position: int, read: int) -> Batch:
        """Take what lies before the position; the rest waits for a later batch."""
        drafts, self.drafts = split(self.drafts, lambda draft: draft.line <= position)
        refusals, self.refusals = split(self.refusals, lambda refusal: refusal[0] <= position)
        passed, self.passed_over = split(self.passed_over, lambda one: one[0] <= position)
        repeated, lines.repeated = lines.repeated, 0
        return Batch(position, drafts, refusals, passed, repeated, read)


def lines_of(context: Context) -> Lines:
    """Return what reads the lines of a recipe."""
    if context.recipe.kind == "people":
        return PeopleLines(context)
    return GroupedLines(context) if context.recipe.group else EventLines(context)


def split(items: list[Any], here: Callable[[Any], bool]) -> tuple[list[Any], list[Any]]:
    """Return the items for which the question holds, and the others."""
    return [item for item in items if here(item)], [item for item in items if not here(item)]
