"""Liquid, sandboxed: limits on loops and output, no includes, every value escaped in HTML.

A template runs as a function generated from its parse tree where it can (`generated`), else on python-liquid, with the same outcome.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from liquid import Environment
from liquid.exceptions import LiquidError
from liquid.stringify import to_liquid_string

from duologue.engage.channels.email.quoted import Ready, ended, piece, quoted
from duologue.engage.templates.called import NotCovered
from duologue.engage.templates.generated import Write, function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from liquid import BoundTemplate

FORBIDDEN_TAGS = ("include", "render", "tablerow", "increment", "decrement")
OUTPUT = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
SIMPLE = re.compile(r"""([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)(?:\s*\|\s*default:\s*(?:"([^"]*)"|'([^']*)'))?""")
GUARD = re.compile(r"\{%-?\s*(?:if|elsif|unless|case)\b(.*?)-?%\}", re.DOTALL)
SHORT: Final = 250_000  # characters that are no more than the sandbox's limit in bytes; whether longer ones are, it says itself
WORTH_KEEPING, MOST_KEPT = 200, 20_000


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
    """A parsed template. `render` and `render_quoted` may raise ContentFailed."""

    __slots__ = ("_escape", "_liquid", "_quoted", "_text", "source")

    def __init__(self, source: str, *, escape: bool) -> None:
        self.source = source
        self._escape = escape
        self._liquid = _parsed(source, escape=escape)
        self._text: Write | None = None
        self._quoted: Write | None = None

    def render(self, values: Mapping[str, Any]) -> str:
        """Fill the values in."""
        if self._text is None:
            self._text = _function(self._liquid, str, TEXT[self._escape])
        try:
            text = "".join(self._text(values))
        except Exception:  # noqa: BLE001 - whatever it met, python-liquid says what becomes of it
            return self._as_liquid_says(values)
        return text if len(text) <= SHORT else self._as_liquid_says(values)

    def render_quoted(self, values: Mapping[str, Any]) -> list[bytes]:
        """Fill the values in and return pieces of quoted-printable; those that stand still were made once and for all."""
        if self._quoted is None:
            self._quoted = _function(self._liquid, piece, QUOTED[self._escape], ready=Ready)
        try:
            pieces = ended(self._quoted(values))
        except Exception:  # noqa: BLE001 - the same
            return [quoted(self._as_liquid_says(values))]
        return pieces if len(b"".join(pieces)) <= SHORT else [quoted(self._as_liquid_says(values))]

    def _as_liquid_says(self, values: Mapping[str, Any]) -> str:
        try:
            return str(self._liquid.render(values))
        except LiquidError as error:
            raise ContentFailed(str(error).splitlines()[0]) from None
        except Exception as error:  # noqa: BLE001 - a filter that stumbles over one person's value must not stop the others
            raise ContentFailed(f"It cannot be filled in: {type(error).__name__}") from None


class _Said(dict[str, Any]):
    """What becomes of plain texts among the values, remembered, for the same names and products come again and again."""

    def __init__(self, say: Callable[[str], Any]) -> None:
        super().__init__()
        self.say = say

    def __missing__(self, text: str) -> Any:
        done = self.say(text)
        if len(text) <= WORTH_KEEPING:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[text] = done
        return done


def _in_text(value: Any, *, escape: bool) -> str:
    return to_liquid_string(value, escape)


def _in_quoted(value: Any, *, escape: bool) -> bytes:
    return piece(to_liquid_string(value, escape))


TEXT: Final = {escape: _Said(partial(_in_text, escape=escape)) for escape in (False, True)}
QUOTED: Final = {escape: _Said(partial(_in_quoted, escape=escape)) for escape in (False, True)}


def _function(liquid: BoundTemplate, still: Callable[[str], Any], said: _Said, ready: type | None = None) -> Write:
    try:
        return function(liquid, still=still, kept=said, say=said.say, ready=ready)
    except NotCovered:
        return _not_covered


def _not_covered(_: Mapping[str, Any]) -> list[Any]:
    raise NotCovered


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
