"""The fields of a form: what each shows of a text's value, what was sent in it, and how that is written.

A field's three ways fit together: what is sent equals what was shown where nobody touched it, and then nothing is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from duologue.kit.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from duologue.kit.yaml import Place
    from duologue.platform.workspaces.models import Workspace

LONGEST_LINE: Final = 500
LONGEST_TEXT: Final = 4_000
WHOLE: Final = re.compile(r"-?\d{1,18}")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00)?")

Options = list[tuple[str, str]]


def _nothing(_: Workspace) -> Options:
    return []


@dataclass(slots=True, frozen=True)
class Field:
    """One line of text. `place` is where it stands in the text, `also` another place at which it may stand."""

    looks: ClassVar[str] = "line"
    place: Place
    label: str
    hint: str = ""
    example: str = ""
    also: Place = ()
    needed: bool = False
    options: Callable[[Workspace], Options] = field(default=_nothing)
    """What may be chosen, each a value with its words; beside a line it is what may be taken up."""

    @property
    def key(self) -> str:
        """Return its name in the form."""
        return ".".join(map(str, self.place))

    @property
    def most(self) -> int:
        """Return how many letters are taken."""
        return LONGEST_LINE

    def shown(self, value: Any) -> Any:
        """Return what the form shows of a value of the text, None being none."""
        return "" if value is None else one_line(str(value), most=len(str(value)))

    def sent(self, form: QueryDict) -> Any:
        """Return what a form says, in the shape in which `shown` returns it."""
        said = form.get(self.key, "")
        return one_line(said, most=len(said))

    def written(self, said: Any) -> Any:
        """Return how that is written in the text; None where it is left out."""
        return said or None

    def input(self, _: Any) -> str:
        """Return the type of the input that can hold what is shown."""
        return "text"


class Choice(Field):
    """One of its options, or none."""

    looks = "choice"


class Text(Field):
    """A text of several lines."""

    looks = "text"

    @property
    def most(self) -> int:
        """Return how many letters are taken."""
        return LONGEST_TEXT

    def shown(self, value: Any) -> Any:
        """Return the text without the blanks around it."""
        return "" if value is None else _lines(str(value))

    def sent(self, form: QueryDict) -> Any:
        """Return the text without the blanks around it."""
        return _lines(form.get(self.key, ""))


class Lines(Text):
    """A list of texts, one on each line."""

    looks = "lines"

    def shown(self, value: Any) -> Any:
        """Return one line for each."""
        return "\n".join(one_line(str(one), most=len(str(one))) for one in value) if isinstance(value, list) else _lines(str(value or ""))

    def sent(self, form: QueryDict) -> Any:
        """Return the lines that say something."""
        lines = (one_line(line, most=len(line)) for line in form.get(self.key, "").splitlines())
        return "\n".join(line for line in lines if line)

    def written(self, said: Any) -> Any:
        """Return a list."""
        return said.split("\n") if said else None


class Day(Field):
    """A day; where the text says something else in its place, a line."""

    def input(self, said: Any) -> str:
        """Return a calendar, but for what it cannot hold."""
        return "date" if not said or DAY.fullmatch(said) else "text"


class Moment(Field):
    """A day and a time, without a zone; where the text says something else in its place, a line."""

    def shown(self, value: Any) -> Any:
        """Return it as an input of the browser has it."""
        said = Field.shown(self, value)
        found = MOMENT.fullmatch(said)
        return f"{found[1]}T{found[2]}" if found else said

    def sent(self, form: QueryDict) -> Any:
        """Return it as an input of the browser has it."""
        return self.shown(form.get(self.key, ""))

    def written(self, said: Any) -> Any:
        """Return it as people write it, as in 2026-03-12 18:00."""
        return said.replace("T", " ") if MOMENT.fullmatch(said) else said or None

    def input(self, said: Any) -> str:
        """Return a calendar with a clock, but for what they cannot hold."""
        return "datetime-local" if not said or MOMENT.fullmatch(said) else "text"


class Number(Field):
    """A whole number; anything else is written as it was sent, and then refused like any other mistake."""

    looks = "number"

    def written(self, said: Any) -> Any:
        """Return a number where it is one."""
        return int(said) if WHOLE.fullmatch(said) else said or None


def _lines(text: str) -> str:
    """Return a text with the ends of its lines as files have them, and no blanks around it."""
    return text.replace("\r\n", "\n").strip()
