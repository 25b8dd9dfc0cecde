"""Large files are read in a process of their own, so that lines are understood on one processor and written from another.

The process asks no database and holds no lock; it ends when nobody takes what it gives.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime  # noqa: TC003  msgspec reads it at run time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import msgspec

from duologue.kit.garbage import between_batches
from duologue.kit.pipeline import Refused
from duologue.people.imports.drafting import Batch, Drafting
from duologue.people.imports.lines import Context
from duologue.people.imports.reading import rows
from duologue.people.imports.recipe import Recipe  # noqa: TC001  msgspec reads it at run time
from duologue.people.imports.values import Columns

if TYPE_CHECKING:
    from collections.abc import Iterator

WORTH_IT: Final = 1 << 20  # bytes of a file; below, the process costs more than it saves
LENGTH: Final = 8


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


class Told(msgspec.Struct):
    """A batch, or why there is no other; neither at the end."""

    batch: Batch | None = None
    refused: Refused | None = None


def batches_apart(reading: Reading) -> Iterator[Batch]:
    """Do as `reading.batches()` does, in another process."""
    with subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        given, taken = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            given.write(msgspec.msgpack.encode(reading))
            given.close()
            while (told := _decoder.decode(_next(taken))).batch:
                yield _whole(told.batch)
            if told.refused:
                raise told.refused
        finally:
            process.kill()


def _next(taken: IO[bytes]) -> bytes:
    length = int.from_bytes(taken.read(LENGTH), "big")
    told = taken.read(length)
    if not length or len(told) < length:
        raise ReaderEnded
    return told


class ReaderEnded(RuntimeError):
    """The process that read the file was ended before it was done; the import goes on from its position when started again."""


def _tell(out: IO[bytes], told: Told) -> None:
    block = msgspec.msgpack.encode(told, enc_hook=_plain)
    out.write(len(block).to_bytes(LENGTH, "big"))
    out.write(block)
    out.flush()


def _lean(batch: Batch) -> Batch:
    """Leave out of drafts what the one before them on the same line says too."""
    for before, draft in zip(batch.drafts[-2::-1], batch.drafts[:0:-1], strict=True):
        if draft.event.identifiers is before.event.identifiers:
            draft.event.identifiers, draft.event.shown, draft.row = [], [], []
    return batch


def _whole(batch: Batch) -> Batch:
    """Put back what `_lean` left out."""
    before = None
    for draft in batch.drafts:
        if before is not None and not draft.event.identifiers:
            draft.event.identifiers, draft.event.shown, draft.row = before.event.identifiers, before.event.shown, before.row
        before = draft
    return batch


def _plain(value: Any) -> Any:
    assert isinstance(value, Refused)
    return (value.reason, value.sentence)


def _refused(kind: type, value: Any) -> Any:
    assert kind is Refused
    return Refused(*value)


_decoder = msgspec.msgpack.Decoder(Told, dec_hook=_refused)


def main() -> None:
    """Read what standard input asks for, and tell it on standard output."""
    reading = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Reading)
    out = sys.stdout.buffer
    try:
        with between_batches() as look_for_garbage:
            for batch in reading.batches():
                _tell(out, Told(batch=_lean(batch)))
                look_for_garbage()
    except Refused as refused:
        _tell(out, Told(refused=refused))
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more, and there is nothing to tidy
    else:
        _tell(out, Told())


if __name__ == "__main__":
    main()
