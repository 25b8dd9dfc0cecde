"""Files as people really have them: compressed or not, in any usual encoding, with any usual delimiter."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20
DELIMITERS = ",;\t|"
LONGEST_FIELD = 1 << 20
LONGEST_LINE = 4 << 20  # bytes; a field may be as long as a megabyte
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(slots=True, frozen=True)
class Look:
    """What a first pass over a file found: a digest of its content, and the encoding all of it can be read in."""

    digest: bytes
    encoding: str


def look(path: Path, most: int | None = None) -> Look:
    """Read a file through once, in bounded memory.

    Raises Refused where it cannot be read at all, has a line without an end, or unpacks to more than `most` bytes.
    """
    digest = hashlib.blake2b(digest_size=32)
    start, fits, size, unended = b"", True, 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with opened(path) as file:
            while chunk := file.read(CHUNK):
                start = start or chunk[:4096]
                digest.update(chunk)
                size += len(chunk)
                last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
                unended = len(chunk) + (unended if last < 0 else -last)
                if most is not None and size > most:
                    raise Refused("too large", f"{path} unpacks to more than {most // 1_000_000} MB; send it in parts.")
                if unended > LONGEST_LINE:
                    raise Refused("not readable", f"{path} is no table: one of its lines has no end.")
                if fits:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        fits = False
    except (OSError, EOFError, zlib.error) as mistake:
        raise Refused("not readable", f"{path} cannot be read: {mistake}.") from mistake
    marked = next((name for mark, name in MARKS if start.startswith(mark)), None)
    if marked is None and start[1:200:2].count(0) > len(start[1:200:2]) // 2:
        marked = "utf-16-le"
    return Look(digest.digest(), marked or ("utf-8" if fits else "cp1252"))


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, through gzip where it is packed."""
    with path.open("rb") as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        if packed:
            with gzip.GzipFile(fileobj=raw) as plain:
                yield cast("IO[bytes]", io.BufferedReader(plain, CHUNK))
        else:
            yield raw


@contextmanager
def rows(path: Path, encoding: str) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """Give the headings, each with a name of its own, and an iterator over all further rows of a CSV file.

    Both raise Refused where the file is no text in this encoding or no table.
    """
    csv.field_size_limit(LONGEST_FIELD)
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace" if encoding == "cp1252" else "strict", newline="")
        first = _first_line(path, text)
        delimiter = delimiter_of(first)
        headings = distinct(next(_read(path, csv.reader(io.StringIO(first), delimiter=delimiter))))
        yield headings, _read(path, csv.reader(text, delimiter=delimiter))


def _first_line(path: Path, text: io.TextIOWrapper) -> str:
    """Return the first line that is not blank; a heading in quotes may have several lines."""
    first = ""
    try:
        while not first.strip():
            first = text.readline(LONGEST_FIELD)
            if not first:
                raise Refused("empty", f"{path} is empty.")
        while first.count('"') % 2 and len(first) < LONGEST_FIELD and (more := text.readline(LONGEST_FIELD)):
            first += more
    except UnicodeError as mistake:
        raise Refused("not readable", f"{path} is no text: {mistake}.") from mistake
    if len(first) >= LONGEST_FIELD:
        raise Refused("not readable", f"{path} is no table: its first line has no end.")
    return first


def _read(path: Path, table: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from table
    except (csv.Error, UnicodeError) as mistake:
        raise Refused("not readable", f"{path} cannot be read on: {mistake}.") from mistake


def delimiter_of(line: str) -> str:
    """Return the delimiter that stands most often outside quotes."""
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def distinct(headings: list[str]) -> list[str]:
    """Return headings without marks and outer blanks; the second of two equal ones is called 'Name (2)'."""
    seen: dict[str, int] = {}
    named = []
    for place, heading in enumerate(headings, 1):
        name = " ".join(heading.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        named.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return named
