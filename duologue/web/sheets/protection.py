"""The two fields of guardrails that are more than a line: caps, and the hours in which something may be said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import DAYS, parse_days
from duologue.kit.text import one_line
from duologue.web.sheets.fields import WHOLE, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import QueryDict

WINDOW: Final = re.compile(r"(?:([A-Za-z,\-]+) )?(\d\d:\d\d)-(\d\d:\d\d)")
SPAN: Final = re.compile(r"(\d{1,6})([smhdw])")
UNITS: Final = {"h": "hours", "d": "days", "w": "weeks", "m": "minutes", "s": "seconds"}
MOST_CAPS: Final = 40
SPARE: Final = 2
"""So many empty lines stand below the caps there are."""


class Caps(Field):
    """At most so many messages in a while, in all or by one channel; one line of the form for each."""

    looks = "caps"

    def shown(self, value: Any) -> Any:
        """Return for each cap {at_most, number, unit, channel}, all as texts."""
        return [_cap(one) for one in value] if isinstance(value, list) else []

    def sent(self, form: QueryDict) -> Any:
        """Return the caps that say something."""
        rows = ({key: form.get(f"{self.key}.{index}.{key}", "").strip() for key in CAP} for index in range(MOST_CAPS))
        return [row for row in rows if row["at_most"] or row["number"]]

    def written(self, said: Any) -> Any:
        """Return the list of caps."""
        return [dict(_written(row)) for row in said] or None

    @staticmethod
    def with_spare(said: list[dict[str, str]]) -> list[dict[str, str]]:
        """Return the lines of the form: the caps, and empty lines for more."""
        return [*said, *(dict.fromkeys(CAP, "") | {"unit": "d"} for _ in range(SPARE if len(said) + SPARE <= MOST_CAPS else 0))]


CAP: Final = ("at_most", "number", "unit", "channel")


def _cap(one: Any) -> dict[str, str]:
    said = {key: one_line(str(one.get(key, ""))) for key in ("at_most", "within", "channel")}
    span = SPAN.fullmatch(said["within"])
    number, unit = (span[1], span[2]) if span else (said["within"], "")
    return {"at_most": said["at_most"], "number": number, "unit": unit, "channel": said["channel"]}


def _written(row: dict[str, str]) -> Iterator[tuple[str, Any]]:
    yield "at_most", int(row["at_most"]) if WHOLE.fullmatch(row["at_most"]) else row["at_most"]
    yield "within", f"{row['number']}{row['unit']}"
    if row["channel"]:
        yield "channel", row["channel"]


class Hours(Field):
    """The days and the hours in which something may be said: {days, opens, closes}, {} for always."""

    looks = "hours"

    def shown(self, value: Any) -> Any:
        """Return the days that are ticked and the two times; what is no window as {odd: what it says}."""
        said = "" if value is None else str(value)
        if said in {"", "always"}:
            return {}
        found = WINDOW.fullmatch(said)
        try:
            days = parse_days(found[1]) if found and found[1] else frozenset(range(7))
        except ValueError:
            found = None
        return {"days": [DAYS[day] for day in sorted(days)], "opens": found[2], "closes": found[3]} if found else {"odd": said}

    def sent(self, form: QueryDict) -> Any:
        """Return what is ticked and the times; {} where there is no time."""
        opens, closes = (form.get(f"{self.key}.{end}", "").strip() for end in ("opens", "closes"))
        ticked = form.getlist(f"{self.key}.days")
        return {"days": [day for day in DAYS if day in ticked], "opens": opens, "closes": closes} if opens or closes else {}

    def written(self, said: Any) -> Any:
        """Return it as in Mo-Sa 08:00-21:00."""
        if not said:
            return None
        if "odd" in said:
            return said["odd"]
        days = "" if len(said["days"]) == len(DAYS) else f"{_days(said['days'])} "
        return f"{days}{said['opens']}-{said['closes']}"


def _days(named: list[str]) -> str:
    """Return days as in Mo-We,Sa; "" for none."""
    runs: list[list[int]] = []
    for day in map(DAYS.index, named):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)
