"""What an event is worth and which order it names, as DuckDB tells both by itself where they are plain to see. Pure.

Most events have a number where a goal looks for one, and for these the way through Python takes ten times as long as all else about
them. Whatever is less plain (other writings of numbers, rounding, conditions, refunds) is left to Python, which alone says what is meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.kit.money import places

if TYPE_CHECKING:
    from duologue.measure.funnels.rules import Goal

_STEPS: Final = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
_PLAIN: Final = r"^-?[0-9]{{1,12}}{decimals}$"  # below MOST in every currency
ORDER: Final = """CASE json_type(first, '$."order_id"') WHEN 'VARCHAR' THEN json_extract_string(first, '$."order_id"') END"""
"""The order that the properties `first` name where that is text; NULL where Python is to be asked."""


def told(goal: Goal, currency: str) -> str:
    """Return SQL of DuckDB for what an event named `first` with the properties `second` is worth, NULL where Python is to be asked.

    "" where Python is to be asked about each.
    """
    if goal.where or not _STEPS.fullmatch(goal.value):
        return ""
    after = places(currency)
    number = _PLAIN.format(decimals=rf"(\.[0-9]{{1,{after}}})?" if after else "")
    path = ".".join(f'"{step}"' for step in goal.value.split("."))
    text = f"json_extract_string(second, '$.{path}')"
    name = goal.event.replace("'", "''")
    # taken out of the document once: what is no such number is '', which cannot be cast
    return f"""CASE WHEN first = '{name}'
        THEN CAST(TRY_CAST(regexp_extract({text}, '{number}') AS DECIMAL(18, 3)) * {10**after} AS BIGINT) END"""
