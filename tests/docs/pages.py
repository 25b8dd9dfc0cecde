"""The pages of docs as steps that can be taken: files to save, and commands with what they must say.

A fence whose preceding line ends with `path`: is a file. In a ```console fence `$ ` begins a command, `> ` continues it, and the
lines below must appear in its output, in this order; … stands for anything. ```console status=1 expects that exit status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(\S*)(.*)$")
_SAVED_AS = re.compile(r"`([\w./-]+)`:$")


@dataclass(frozen=True)
class File:
    """A file that the reader saves."""

    line: int
    path: str
    content: str


@dataclass
class Command:
    """A command that the reader types."""

    line: int
    text: str
    status: int = 0
    expected: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Fence:
    """A fenced block: where it begins, its language, what follows the language, the text line before it, and its lines."""

    line: int
    language: str
    more: str
    before: str
    lines: tuple[str, ...]


def all_pages() -> list[Path]:
    """Return every page of the documentation."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def fences(page: Path) -> list[Fence]:
    """Return the fenced blocks of a page."""
    found: list[Fence] = []
    opened: tuple[int, str, str, str] | None = None
    inside: list[str] = []
    before = ""
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened, inside = (number, fence[1], fence[2].strip(), before), []
        elif opened is not None and line == "```":
            found.append(Fence(*opened, tuple(inside)))
            opened = None
        elif opened is not None:
            inside.append(line)
        elif line.strip():
            before = line.strip()
    assert opened is None, f"{page} has a fence that is not closed"
    return found


def steps(page: Path) -> list[File | Command]:
    """Return what a reader of this page does, in order."""
    found: list[File | Command] = []
    for fence in fences(page):
        saved = _SAVED_AS.search(fence.before)
        if fence.language == "console":
            found += _commands(fence)
        elif saved:
            found.append(File(fence.line, saved[1], "\n".join(fence.lines) + "\n"))
    return found


def _commands(fence: Fence) -> list[Command]:
    status = int(fence.more.removeprefix("status=") or 0)
    found: list[Command] = []
    for number, line in enumerate(fence.lines, start=fence.line + 1):
        if line.startswith("$ "):
            found.append(Command(number, line[2:], status))
        elif line.startswith("> "):
            found[-1].text += "\n" + line[2:]
        elif line.strip():
            found[-1].expected.append(line)
    return found


def missing(expected: list[str], said: str) -> str:
    """Return the first expected line that is not said in its place, or nothing."""
    lines = [" ".join(line.split()) for line in said.splitlines()]
    place = 0
    for wanted in expected:
        parts = [re.escape(part) for part in " ".join(wanted.split()).split("…")]
        pattern = re.compile(".*".join(parts))
        while place < len(lines) and not pattern.fullmatch(lines[place]):
            place += 1
        if place == len(lines):
            return wanted
        place += 1
    return ""
