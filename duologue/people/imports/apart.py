"""Large files are read in a process of their own, so that lines are understood on one processor and written from another.

The process asks no database and holds no lock; it ends when nobody takes what it gives. Of people it makes the rows too, as though
nobody were known: for that it is told numbers which no profile has.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from datetime import datetime  # noqa: TC003  msgspec reads it at run time
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self, cast

import msgspec

from duologue.kit.garbage import between_batches
from duologue.kit.pipeline import Refused
from duologue.people.imports.drafting import Batch, Drafting
from duologue.people.imports.lines import Context
from duologue.people.imports.newcomers import newcomers
from duologue.people.imports.packing import pack
from duologue.people.imports.reading import rows
from duologue.people.imports.recipe import Recipe  # noqa: TC001  msgspec reads it at run time
from duologue.people.imports.values import Columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORTH_IT: Final = 1 << 20  # bytes of a file; below, the process costs more than it saves
LENGTH: Final = 8
Ranges = list[tuple[int, int]]
"""Numbers, each range as its first and the one after its last."""


class Reading(msgspec.Struct):
    """What is to be read, from after which line on, and what all of it shares."""

    path: str
    encoding: str
    recipe: Recipe
    country: str
    now: datetime
    start: int

    def batches(self) -> Iterator[Batch]:
        """Give what the lines say; raises Refused where the recipe does not fit the file."""
        with rows(Path(self.path), self.encoding) as (headings, lines):
            yield from Drafting(Context(self.recipe, Columns(headings), self.country, self.now)).batches(lines, self.start)

    def worth_a_process(self) -> bool:
        return Path(self.path).stat().st_size >= WORTH_IT and (os.cpu_count() or 1) > 1

    def of_newcomers(self) -> bool:
        """Say whether the lines are of people as they are now, so that they may all be new."""
        return self.recipe.kind == "people" and self.recipe.arrive == "now"


class Told(msgspec.Struct):
    """A batch, or why there is no other; neither at the end."""

    batch: Batch | None = None
    refused: Refused | None = None


class Reader:
    """The process that reads; `batches` is for one thread, `number` for another."""

    def __init__(self, reading: Reading) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._given, self._taken = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        _put(self._given, msgspec.msgpack.encode(reading))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._taken.close()
        with suppress(BrokenPipeError):
            self._given.close()
        self._process.wait()

    def batches(self) -> Iterator[Batch]:
        """Give what `reading.batches()` gives, packed; raises what it raises."""
        while (told := _decoder.decode(_next(self._taken))).batch:
            yield told.batch
        if told.refused:
            raise told.refused

    def number(self, numbers: Sequence[int]) -> None:
        """Tell numbers which no profile has; none at all mean that there will be no more."""
        with suppress(BrokenPipeError):  # it was done before it needed them
            _put(self._given, msgspec.msgpack.encode(as_ranges(numbers)))


class ReaderEnded(RuntimeError):
    """The process that read the file was ended before it was done; the import goes on from its position when started again."""


def as_ranges(numbers: Sequence[int]) -> Ranges:
    """Return ascending numbers as ranges."""
    if not numbers:
        return []
    breaks = [place for place in range(1, len(numbers)) if numbers[place] != numbers[place - 1] + 1]
    return [(numbers[first], numbers[after - 1] + 1) for first, after in zip([0, *breaks], [*breaks, len(numbers)], strict=True)]


def _put(out: IO[bytes], block: bytes) -> None:
    out.write(len(block).to_bytes(LENGTH, "big"))
    out.write(block)
    out.flush()


def _next(taken: IO[bytes]) -> bytes:
    length = int.from_bytes(taken.read(LENGTH), "big")
    told = taken.read(length)
    if not length or len(told) < length:
        raise ReaderEnded
    return told


def _plain(value: Any) -> Any:
    assert isinstance(value, Refused)
    return (value.reason, value.sentence)


def _refused(kind: type, value: Any) -> Any:
    assert kind is Refused
    return Refused(*value)


_decoder = msgspec.msgpack.Decoder(Told, dec_hook=_refused)
_numbers = msgspec.msgpack.Decoder(Ranges)


def main() -> None:
    """Read what standard input asks for, and tell it on standard output."""
    given, out = sys.stdin.buffer, sys.stdout.buffer
    reading = msgspec.msgpack.decode(_next(given), type=Reading)
    numbers = chain.from_iterable(range(*one) for one in _told_numbers(given))

    def tell(told: Told) -> None:
        _put(out, msgspec.msgpack.encode(told, enc_hook=_plain))

    try:
        with between_batches() as look_for_garbage:
            for batch in reading.batches():
                if reading.of_newcomers():
                    batch.newcomers = newcomers(batch.drafts, numbers, reading.now)
                batch.packed, batch.drafts = pack(batch.drafts), []
                tell(Told(batch=batch))
                look_for_garbage()
    except Refused as refused:
        tell(Told(refused=refused))
    except (BrokenPipeError, ReaderEnded):
        os._exit(0)  # nobody listens any more, and there is nothing to tidy
    else:
        tell(Told())


def _told_numbers(given: IO[bytes]) -> Iterator[tuple[int, int]]:
    while ranges := _numbers.decode(_next(given)):
        yield from ranges


if __name__ == "__main__":
    main()
