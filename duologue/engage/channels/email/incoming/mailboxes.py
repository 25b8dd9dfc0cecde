"""Mails in bulk: an mbox file, a Maildir, or a single mail, told apart by looking."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def mails_in(path: Path) -> Iterator[bytes]:
    """Yield every mail of a Maildir (its new and cur folders), an mbox, a folder of .eml files, or a single mail."""
    if path.is_dir():
        yield from _folder(path)
        return
    with path.open("rb") as file:
        yield from mails_of(file)


def mails_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the mails of a stream: many where it begins as an mbox does and holds more than one, else one."""
    first = stream.readline()
    if not first.startswith(b"From "):
        yield first + stream.read()
        return
    lines: list[bytes] = []
    blank = False
    for line in stream:
        if blank and line.startswith(b"From "):
            yield b"".join(lines)
            lines = []
        else:
            lines.append(_unescaped(line))
        blank = line.strip() == b""
    if lines:
        yield b"".join(lines)


def _unescaped(line: bytes) -> bytes:
    """Undo what mbox does to lines that begin with From."""
    return line[1:] if line.startswith(b">") and line.lstrip(b">").startswith(b"From ") else line


def _folder(path: Path) -> Iterator[bytes]:
    folders = [path / "new", path / "cur"] if (path / "cur").is_dir() or (path / "new").is_dir() else [path]
    for folder in folders:
        if folder.is_dir():
            for file in sorted(folder.iterdir()):
                if file.is_file() and not file.name.startswith("."):
                    yield file.read_bytes()
