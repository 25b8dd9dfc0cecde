"""What protects people from too much, as written in guardrails.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from duologue.brand.book.rules import commitments
from duologue.kit.clock import parse_duration, parse_window
from duologue.kit.typed import as_json, checked, read_typed

if TYPE_CHECKING:
    from duologue.brand.book.rules import Book
    from duologue.kit.yaml import Document


class Cap(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """At most so many promotions to one person in this span, over all dialogues; no channel means all of them together."""

    at_most: int
    within: str
    channel: str = ""


class Quiet(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Quiet hours, given as the window outside of which it is quiet."""

    window: str


class Guardrails(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The caps, and the window outside of which nothing is said that names none of its own (quiet hours)."""

    caps: tuple[Cap, ...] = ()
    window: str = ""
    quiet: Quiet | None = None


class Promised(msgspec.Struct, frozen=True):
    """What a brand's commitments amount to at the gate: caps, and windows that hold beside that of any turn."""

    caps: tuple[Cap, ...] = ()
    windows: tuple[str, ...] = ()


def of_commitments(book: Book) -> Promised:
    """Return the guardrails that a brand has set itself by what it tells people."""
    said = commitments(book)
    caps = tuple(Cap(one.at_most, one.within, one.channel) for one in said if one.at_most is not None)
    return Promised(caps, tuple(one.window for one in said if one.window))


def read_guardrails(text: str, file: str = "guardrails.yaml") -> Guardrails:
    """Return the guardrails a text describes; raises Mistakes."""
    return read_typed(text, file, Guardrails, "A guardrails file", _check)


def to_json(guardrails: Guardrails) -> dict[str, Any]:
    """Return guardrails as JSON values, the quiet hours as `window` alone."""
    window = guardrails.window or (guardrails.quiet.window if guardrails.quiet else "")
    return as_json(Guardrails(caps=guardrails.caps, window=window))


def from_json(data: dict[str, Any]) -> Guardrails:
    """Return the guardrails that `to_json` wrote."""
    return msgspec.convert(data, Guardrails)


def _check(document: Document, guardrails: Guardrails) -> None:
    checked(document, ("window",), guardrails.window, parse_window)
    if guardrails.quiet is not None:
        checked(document, ("quiet", "window"), guardrails.quiet.window, parse_window)
        if guardrails.window:
            document.refuse(("quiet",), "Give the quiet hours once: as `window`, or as {quiet: {window: …}}.")
    for index, cap in enumerate(guardrails.caps):
        checked(document, ("caps", index, "within"), cap.within, parse_duration)
        if cap.at_most < 0:
            document.refuse(("caps", index, "at_most"), "`at_most` is a number from 0 up.")
