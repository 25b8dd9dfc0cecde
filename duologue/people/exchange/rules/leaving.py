"""Columns by which a list may say who left, though its tool's reader does not know them: in another language, or of somebody's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.kit.pipeline import Refused
from duologue.kit.text import one_line
from duologue.people.exchange.rules.line import AGREED, may_say_yes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.people.exchange.rules.line import Line, Row

SOUNDS: Final = re.compile(
    r"unsub|opt(?:ed|s|ing)?[ _-]?out|do[ _-]?not[ _-]?(?:contact|e?-?mail)|\bdnc\b|dnc_|suppress|(?:block|black)[ _-]?list|withdr[ae]wn?"
    r"|abgemeldet|abmeld|abbestell|widerruf|widersproch|gesperrt|sperrliste|ausgetragen"
    r"|d[ée]sinscri|d[ée]sabonn|liste noire|opposition"
    r"|disiscri|disabbonat|annulla\w* iscri"
    r"|dad[oa] de baja|(?:anul|cancel)\w+ (?:la |a )?(?:suscri|subscri|inscri)|(?:suscri|subscri|inscri)\w* (?:anul|cancel)"
    r"|descadastr|lista negra"
    r"|uitgeschreven|uitschrijv|afgemeld|wypis|odhl[áa]š|avmeld|afmeld|avregistrer|отпис"
)
"""How headings sound, in small letters, that say in some language of the tools that somebody left."""

ELSEWHERE: Final = re.compile(r"\bsms|sms_|_sms|whats ?app|\bphone|\bcall|\bpush|notification|enrich|rate\b|\bnumber of\b|count\b")
"""Headings that speak of other channels, of data that is bought, or of how often something happened."""


def suspects(headings: Iterable[str], understood: Iterable[str]) -> tuple[str, ...]:
    """Return the headings, in small letters, that sound as if somebody had left and that are not `understood`."""
    known = frozenset(understood)
    return tuple(one for one in headings if one not in known and SOUNDS.search(one) and not ELSEWHERE.search(one))


def check_overlooked(row: Row, line: Line, suspected: Iterable[str]) -> Line:
    """Return the line of a row; raises Refused where it agrees though a column that nobody understood may say that they left."""
    if line.state == AGREED and (heading := next((one for one in suspected if may_say_yes(row, one)), "")):
        said = one_line(heading, most=60)
        raise Refused(
            "state not understood",
            f"The column {said!r} is not understood and may say that they left; export with English headings, or take the column out "
            f"where it says something else.",
        )
    return line
