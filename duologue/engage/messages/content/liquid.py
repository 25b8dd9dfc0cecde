"""Liquid, sandboxed: limits on loops and output, no includes, every value escaped in HTML.

A template without tags runs on a short path of our own; anything else runs on python-liquid with the same outcome.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from liquid import Environment
from liquid.exceptions import LiquidError
from liquid.stringify import to_liquid_string

from duologue.engage.channels.email.quoted import joined, piece, quoted, safe_piece

FORBIDDEN_TAGS = ("include", "render", "tablerow", "increment", "decrement")
OUTPUT = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
SIMPLE = re.compile(r"""([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)(?:\s*\|\s*default:\s*(?:"([^"]*)"|'([^']*)'))?""")
GUARD = re.compile(r"\{%-?\s*(?:if|elsif|unless|case)\b(.*?)-?%\}", re.DOTALL)
TO_ESCAPE = re.compile("[&<>'\"]")
SPACE_CONTROL = re.compile(r"\{\{-|-\}\}")


Step = tuple[str, tuple[str, ...] | None, str | None]  # text that stands still, or the path of an output and its default
Output = tuple[tuple[str, ...], str | None]


class ContentFailed(ValueError):
    """A template cannot be read, or could not be filled in for one person; the sentence says what is wrong."""


class _Sandbox(Environment):
    loop_iteration_limit: ClassVar[int | None] = 10_000
    output_stream_limit: ClassVar[int | None] = 1_000_000
    local_namespace_limit: ClassVar[int | None] = 100_000
    context_depth_limit: ClassVar[int] = 12

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for tag in FORBIDDEN_TAGS:
            self.tags.pop(tag, None)
        self.filters.pop("safe", None)


_FOR_HTML = _Sandbox(autoescape=True)
_FOR_TEXT = _Sandbox(autoescape=False)


class Template:
    """A parsed template. `render` may raise ContentFailed."""

    __slots__ = ("_escape", "_liquid", "_quoted", "_steps", "source")

    def __init__(self, source: str, *, escape: bool) -> None:
        self.source = source
        self._escape = escape
        self._steps = _steps(source)
        self._liquid: Any = None
        self._quoted = None if self._steps is None else _slots(self._steps)
        if self._steps is None:
            self._liquid = _parsed(source, escape=escape)

    def render(self, values: Mapping[str, Any]) -> str:
        """Fill the values in."""
        if self._steps is None:
            try:
                return str(self._liquid.render(values))
            except LiquidError as error:
                raise ContentFailed(str(error).splitlines()[0]) from None
        return "".join(still if path is None else self._put(values, path, default) for still, path, default in self._steps)

    def render_quoted(self, values: Mapping[str, Any], said: dict[Output, bytes]) -> bytes:
        """Fill the values in and return quoted-printable; what stands still was quoted once and for all.

        `said` remembers pieces that read the same in every part of one letter; begin each letter with an empty one.
        """
        if self._quoted is None:
            return quoted(self.render(values))
        pieces, outputs = self._quoted
        whole = pieces.copy()
        for output, places in outputs:
            done = said.get(output) or self._piece(values, output, said)
            for place in places:
                whole[place] = done
        return joined(whole)

    def _piece(self, values: Mapping[str, Any], output: Output, said: dict[Output, bytes]) -> bytes:
        value = _look_up(values, output[0])
        if type(value) is str and (done := safe_piece(value)):
            said[output] = done
            return done
        return piece(self._put(values, *output))

    def _put(self, values: Mapping[str, Any], path: tuple[str, ...], default: str | None) -> str:
        value = _look_up(values, path)
        if type(value) is str and value and not (self._escape and TO_ESCAPE.search(value)):
            return value
        if default is not None and (value is None or value is False or value in ("", [], {})):
            return default  # a literal of the template's author, which Liquid does not escape either
        return to_liquid_string(value, self._escape)


def paths(source: str) -> set[str]:
    """Return the values a template reads, as dotted paths. Raises ContentFailed, also for a filter there is not."""
    found: set[str] = set()
    seen = _parsed(source, escape=True).analyze()
    for name in seen.filters:
        if name not in _FOR_HTML.filters:
            raise ContentFailed(f"There is no filter {name!r}")
    for variables in seen.globals.values():
        found.update(".".join(str(part) for part in variable.segments) for variable in variables)
    return found


def unguarded(source: str) -> set[str]:
    """Return the paths that are put out with nothing to stand in for them: no `default`, and no `if` that asks for them."""
    guards = " ".join(GUARD.findall(source))
    found = set()
    for expression in OUTPUT.findall(source):
        head = expression.split("|")[0].strip()
        if SIMPLE.fullmatch(head) and not re.search(r"\|\s*default\s*:", expression) and not _mentions(guards, head):
            found.add(head)
    return found


def _mentions(guards: str, path: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(path)}(?![\w.])", guards) is not None


def _parsed(source: str, *, escape: bool) -> Any:
    try:
        return (_FOR_HTML if escape else _FOR_TEXT).from_string(source)
    except LiquidError as error:
        raise ContentFailed(str(error).splitlines()[0]) from None


def _steps(source: str) -> list[Step] | None:
    """Return the template as a list of still text and paths, or None where only python-liquid will do."""
    if "{%" in source or SPACE_CONTROL.search(source):
        return None
    steps: list[Step] = []
    at = 0
    for output in OUTPUT.finditer(source):
        simple = SIMPLE.fullmatch(output[1])
        if simple is None or simple[1] in {"true", "false", "nil", "null", "empty", "blank"}:
            return None
        parts = tuple(simple[1].split("."))
        if parts[-1] in {"size", "first", "last"}:
            return None
        steps.append((source[at : output.start()], None, None))
        steps.append(("", parts, simple[2] if simple[2] is not None else simple[3]))
        at = output.end()
    if "{{" in source[at:]:
        return None
    steps.append((source[at:], None, None))
    return steps


def _slots(steps: list[Step]) -> tuple[list[bytes], list[tuple[Output, list[int]]]]:
    """Return the still pieces, quoted, with gaps, and for each different output the gaps it fills."""
    gaps: dict[Output, list[int]] = {}
    for place, (_, path, default) in enumerate(steps):
        if path is not None:
            gaps.setdefault((path, default), []).append(place)
    return [piece(still) for still, _, _ in steps], list(gaps.items())


def _look_up(values: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if type(values) is not dict and not isinstance(values, Mapping):
            return None
        values = values.get(part)
    return values
