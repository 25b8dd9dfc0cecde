"""Recipes tied to the columns of one file: quick functions from a row to a value, a verdict, a moment."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from duologue.kit.pipeline import Refused
from duologue.people.imports.recipe import Made, Test, Time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from duologue.people.imports.recipe import Value, Where

Row = list[str]
YES = frozenset({"1", "y", "yes", "true", "t", "ja", "oui", "on", "x"})
NO = frozenset({"0", "n", "no", "false", "f", "nein", "non", "off", ""})
EXACT = 2**53  # beyond, a number read as one with a point no longer tells neighbours apart
_PLACE = re.compile(r"\{([^{}]+)\}")


class Columns:
    """Where each heading stands."""

    def __init__(self, headings: list[str]) -> None:
        self.headings = headings
        self.asked: set[int] = set()
        self._places = {heading: place for place, heading in enumerate(headings)}

    def place(self, heading: str) -> int:
        """Return where a heading stands; raises Refused naming those there are."""
        if heading not in self._places:
            there = ", ".join(self.headings[:40])
            raise Refused("no such column", f"The file has no column '{heading}'; it has {there}.")
        self.asked.add(self._places[heading])
        return self._places[heading]

    def text(self, template: str) -> Callable[[Row], str]:
        """Return a function that fills a template; where one of its columns is empty the whole is empty."""
        parts = _PLACE.split(template)
        if len(parts) == 1:
            return lambda _row: template
        places = [self.place(name) for name in parts[1::2]]
        if len(parts) == 3 and not parts[0] and not parts[2]:
            only = places[0]
            return lambda row: row[only].strip()
        between = parts[::2]

        def fill(row: Row) -> str:
            out = [between[0]]
            for place, rest in zip(places, between[1:], strict=True):
                value = row[place].strip()
                if not value:
                    return ""
                out += (value, rest)
            return "".join(out)

        return fill

    def value(self, made: str | Made) -> Callable[[Row], Any]:
        """Return a function that makes a value; None where its columns are empty. Raises Refused on a wrong number or date."""
        if isinstance(made, str):
            text = self.text(made)
            return lambda row: text(row) or None
        text = self.text(made.from_)
        if made.as_ == "date":
            return lambda row: day(found, made.format) if (found := text(row)) else None
        convert = CONVERSIONS[made.as_]
        return lambda row: convert(found) if (found := text(row)) else None

    def where(self, where: Where) -> Callable[[Row], bool]:
        """Return a function that says whether all tests of a condition hold for a row."""
        tests = [(self.place(heading), _test(test)) for heading, test in where.items()]
        if len(tests) == 1:
            place, test = tests[0]
            return lambda row: test(row[place].strip())
        return lambda row: all(test(row[place].strip()) for place, test in tests)

    def moment(self, time: Time) -> Callable[[Row], datetime]:
        """Return a function that reads the moment of a row, in UTC."""
        place = self.place(time.column)
        return lambda row: moment(row[place].strip(), time.format, time.zone)

    def cleaner(self, clean: Mapping[str, str]) -> Callable[[Row], None] | None:
        """Return a function that cleans columns in place, or None where there is nothing to clean."""
        steps = [(self.place(heading), CLEANING[how]) for heading, how in clean.items()]
        if not steps:
            return None

        def tidy(row: Row) -> None:
            for place, step in steps:
                row[place] = step(row[place])

        return tidy


@lru_cache(maxsize=4096)
def moment(text: str, form: str, zone: str) -> datetime:
    """Read a local time, as a clock in that zone showed it; of an hour that comes twice the first is meant."""
    try:
        at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007  the zone follows
    except ValueError as mistake:
        raise Refused("not a time", f"'{text[:40]}' is not a time{f' written like {form}' if form else ''}.") from mistake
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def day(text: str, form: str) -> str:
    """Read a date and return it as ISO 8601 writes it."""
    try:
        found = datetime.strptime(text, form).date() if form else date.fromisoformat(text[:10])  # noqa: DTZ007
    except ValueError as mistake:
        raise Refused("not a date", f"'{text[:40]}' is not a date.") from mistake
    return found.isoformat()


def number(text: str) -> float | int:
    """Read a number; whole ones come back as int."""
    try:
        found = float(text)
    except ValueError:
        found = _local_number(text)
    if not math.isfinite(found):
        raise Refused("not a number", f"'{text[:40]}' is not a number.")
    return int(found) if abs(found) < EXACT and found.is_integer() else found


def whole_number(text: str) -> float | int:
    """Read a number and leave out what follows the point."""
    found = number(text)
    return int(found) if abs(found) < EXACT else found


def _local_number(text: str) -> float:
    plain = re.sub(r"[\s'£$€]", "", text)
    if "," in plain and (plain.rfind(",") > plain.rfind(".")):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        return float(plain.replace(",", ""))
    except ValueError as mistake:
        raise Refused("not a number", f"'{text[:40]}' is not a number.") from mistake


def yes_no(text: str) -> bool:
    """Read yes or no in its usual forms."""
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise Refused("neither yes nor no", f"'{text[:40]}' is neither yes nor no.")


def whole(text: str) -> str:
    """Return '17850.0', as spreadsheets write whole numbers, as '17850'; anything else as it is."""
    return text.removesuffix(".0")


CONVERSIONS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": number,
    "whole": whole_number,
    "yes_no": yes_no,
    "list": lambda text: [found for part in re.split(r"[;,|]", text) if (found := part.strip().strip('"').strip())],
}
CLEANING: dict[str, Callable[[str], str]] = {
    "whole": whole,
    "lower": str.lower,
    "upper": str.upper,
    "digits": lambda text: re.sub(r"\D", "", text),
}


def _test(test: Value | Test) -> Callable[[str], bool]:
    if not isinstance(test, Test):
        wanted = str(test)
        return lambda text: text == wanted
    checks: list[Callable[[str], bool]] = []
    if test.is_ is not None:
        checks.append(lambda text, wanted=str(test.is_): text == wanted)  # type: ignore[misc]
    if test.not_ is not None:
        checks.append(lambda text, wanted=str(test.not_): text != wanted)  # type: ignore[misc]
    if test.one_of is not None:
        checks.append(frozenset(map(str, test.one_of)).__contains__)
    if test.starts is not None:
        checks.append(lambda text, start=test.starts: text.startswith(start))  # type: ignore[misc]
    if test.known is not None:
        checks.append(lambda text, known=test.known: bool(text) == known)  # type: ignore[misc]
    if any(limit is not None for limit in (test.over, test.under, test.at_least, test.at_most)):
        checks.append(lambda text: _within(text, test))
    return checks[0] if len(checks) == 1 else lambda text: all(check(text) for check in checks)


def _within(text: str, test: Test) -> bool:
    try:
        found = float(text)
    except ValueError:
        return False
    return (
        (test.over is None or found > test.over)
        and (test.under is None or found < test.under)
        and (test.at_least is None or found >= test.at_least)
        and (test.at_most is None or found <= test.at_most)
    )
