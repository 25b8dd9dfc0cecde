"""What a list holds as a whole: what is said of it, or with what its file's name begins where the tool names its exports so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.kit.pipeline import Refused
from duologue.people.exchange.rules.line import STATES, within_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.people.exchange.rules.line import Line
    from duologue.people.exchange.rules.tools import Tool


def state_of(tool: Tool, name: str, said: str = "") -> str:
    """Return what a list holds as a whole, a word of `STATES`, or nothing where its rows alone tell.

    Raises Refused where what is said of it and the name that its tool gave it differ: one of them would make those mailable who have left.
    """
    if said and said not in STATES:
        raise Refused("unknown state", f"{said!r} is no state of a list; there are {', '.join(STATES)}.")
    word = named_after(name) if tool.names_state else ""
    if said and STATES.get(word, STATES[said]) != STATES[said]:
        raise Refused("states differ", f"{name} is named after those {word} and said to hold those {said}; rename it or say {word}.")
    if not said and not word and not tool.says_state:
        raise Refused(
            "state not said",
            f"A list from {tool.name} does not say in its rows who agreed. Say what it holds: --state {', '.join(STATES)}.",
        )
    return said or word


def named_after(name: str) -> str:
    """Return the word of `STATES` with which a file's name begins, or nothing."""
    word = name.lower().partition("_")[0]
    return word if word in STATES else ""


def check_name(name: str, lines: Iterable[tuple[int, Line]]) -> None:
    """Refuse a list whose rows tell how people stand, where a row, by its number, speaks against the name of the file."""
    if word := named_after(name):
        for number, line in lines:
            if within_list(line, STATES[word]) != line:
                raise Refused(
                    "name and rows differ",
                    f"{name} is named after those {word}, and its line {number} does not say so. Say what the list holds with --state, "
                    f"or rename it where its rows are right.",
                )
