"""YAML 1.2 as people write it, with the line of everything, so that a mistake can be pointed at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString
from ruamel.yaml.scanner import RoundTripScanner, ScannerError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

INDENTED_LIST: Final = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*\n\1  - ", re.MULTILINE)
"""A list written deeper than its key, as many people write it; otherwise it stands below it."""

MOST_NODES = 50_000
MOST_CHARACTERS = 1_000_000
MOST_BRACKETS = 100  # open at a time; the reader looks at each of them again for every word
REMEMBERED = 20_000  # characters: a text that is no longer is read once, however often it is asked for

Place = tuple[str | int, ...]


@dataclass(slots=True, frozen=True)
class Mistake:
    """What is wrong, where, and what to do: one sentence."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class Mistakes(Exception):
    """What was written cannot be taken; all that is wrong with it, in the order of its lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(mistakes, key=lambda mistake: (mistake.file, mistake.line))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(slots=True)
class Document:
    """A file's content as plain values (dates as ISO text), and where each stands."""

    file: str
    data: Any
    lines: dict[Place, int]
    found: list[Mistake] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def refuse(self, place: Place, sentence: str) -> None:
        """Note a mistake at a place; `settle` raises them all together."""
        mistake = Mistake(self.file, self.line(place), sentence)
        if mistake not in self.found:
            self.found.append(mistake)

    def settle(self) -> None:
        """Raise Mistakes when any were noted."""
        if self.found:
            raise Mistakes(self.found)

    def unknown_keys(self, place: Place, given: Any, known: Collection[str], what: str) -> None:
        """Refuse each key of a map that is not known, suggesting the nearest one."""
        for key in given:
            if key not in known:
                hint = suggestion(str(key), known)
                if " " in str(key) and given[key] is None:
                    hint = "; a text that holds a comma needs quotes here"
                self.refuse((*place, key), f"{what} knows no {key!r}{hint}.")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or nothing."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def read_yaml(text: str, file: str = "") -> Document:
    """Read a document; raises Mistakes for what is no YAML, a key given twice, and what is too large.

    The reader is the slow part of putting a plan in force, which asks several times for the same text.
    """
    if len(text) > MOST_CHARACTERS:
        raise Mistakes([Mistake(file, 1, f"This file is too large; {MOST_CHARACTERS:,} characters are taken.")])
    if len(text) > REMEMBERED:
        return _read(text, file)
    known = _remembered(text, file)
    return Document(file, _own(known.data), known.lines.copy())


@lru_cache(maxsize=256)
def _remembered(text: str, file: str) -> Document:
    return _read(text, file)


def _own(value: Any) -> Any:
    """Return values that may be changed without changing what is remembered."""
    if isinstance(value, dict):
        return {key: _own(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_own(inner) for inner in value]
    return value


def _read(text: str, file: str) -> Document:
    try:
        loaded = _reader().load(text)
    except DuplicateKeyError as problem:
        key = str(problem.problem or "").split('"')
        named = f" {key[1]!r}" if len(key) > 1 else ""
        raise Mistakes([Mistake(file, _line_of(problem), f"The key{named} is given twice; keep one.")]) from None
    except MarkedYAMLError as problem:
        said = problem.problem or "it cannot be read"
        raise Mistakes([Mistake(file, _line_of(problem), f"This is no valid YAML: {said}.")]) from None
    except TypeError:  # the reader cannot use a list or a map as a key
        raise Mistakes([Mistake(file, 1, "A key in this file is itself a list or a map; keys are plain words.")]) from None
    except (YAMLError, ValueError, RecursionError) as problem:
        first = str(problem).partition("\n")[0]
        raise Mistakes([Mistake(file, 1, f"This is no valid YAML: {first}.")]) from None
    document = Document(file, None, {(): 1})
    try:
        document.data = _plain(loaded, (), document)
    except RecursionError:
        raise Mistakes([Mistake(file, 1, "Something in this file holds itself, or is nested too deeply.")]) from None
    return document


def canonical(data: Any) -> str:
    """Write values as YAML 1.2 in the canonical form: block style, keys in the order given, a text of several lines line by line."""
    out = StringIO()
    _reader().dump(_line_by_line(data), out)
    return out.getvalue()


def _line_by_line(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _line_by_line(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_line_by_line(value) for value in data]
    return LiteralScalarString(data) if isinstance(data, str) and "\n" in data else data


def amended(text: str, changes: Mapping[str, Any]) -> str:
    """Return a map with some entries changed, or taken out where they are None; the text itself where nothing is.

    Of an entry that is itself a map the same is said key by key, and {} changes nothing of it. Comments stay, and what is not
    changed keeps its words; entries that are not there are added behind the others.
    """
    changes = {name: changed for name, changed in changes.items() if changed != {}}
    if not changes:
        return text
    yaml = _reader()
    if INDENTED_LIST.search(text):
        yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text) if text.strip() else None
    data = CommentedMap() if data is None else data
    for name, changed in changes.items():
        if isinstance(changed, dict):
            _amend(data.setdefault(name, CommentedMap()), changed)
        else:
            _amend(data, {name: changed})
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _amend(entry: Any, changed: Mapping[str, Any]) -> None:
    for key, value in changed.items():
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = _line_by_line(value)


class _Scanner(RoundTripScanner):
    def fetch_flow_collection_start(self, token: Any, to_push: str) -> None:
        """Take a bracket that opens, unless too many are open."""
        if self.flow_level >= MOST_BRACKETS:
            raise ScannerError(None, None, f"more than {MOST_BRACKETS} brackets are open", self.reader.get_mark())
        super().fetch_flow_collection_start(token, to_push)


def _reader() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Scanner = _Scanner
    yaml.width = 140
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    return yaml


def _plain(value: Any, place: Place, document: Document) -> Any:
    if len(document.lines) > MOST_NODES:
        raise Mistakes([Mistake(document.file, 1, "This file holds too much; split it.")])
    if isinstance(value, CommentedMap):
        return _plain_map(value, place, document)
    if isinstance(value, CommentedSeq):
        document.lines.setdefault(place, value.lc.line + 1)
        for index in range(len(value)):
            document.lines[*place, index] = value.lc.item(index)[0] + 1
        return [_plain(item, (*place, index), document) for index, item in enumerate(value)]
    return _scalar(value)


def _plain_map(value: CommentedMap, place: Place, document: Document) -> dict[str, Any]:
    document.lines.setdefault(place, value.lc.line + 1)
    plain: dict[str, Any] = {}
    for key, inner in value.items():
        name = str(_scalar(key))
        here = (*place, name)
        document.lines[here] = value.lc.key(key)[0] + 1 if key in (value.lc.data or {}) else document.line(place)
        plain[name] = _plain(inner, here, document)
    return plain


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _line_of(problem: MarkedYAMLError) -> int:
    mark = problem.problem_mark or problem.context_mark
    return int(mark.line) + 1 if mark else 1
