"""The brand's colours on pages for people, readable whatever they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duologue.brand.book.rules import Book

READABLE: Final = 4.5  # contrast, WCAG 2.2 AA
LIGHT_PAPER, DARK_PAPER = "#ffffff", "#1c1e21"


@dataclass(slots=True, frozen=True)
class Look:
    """The accent for buttons, what is written on it, and the accent as text on light and on dark paper."""

    accent: str
    on_accent: str
    link: str
    link_dark: str


def look_of(book: Book) -> Look:
    """Return a brand's look; where its accent could not be read as text, plain ink is taken."""
    colours = book.look.colours
    accent = colours.get("accent") or colours.get("primary") or colours.get("main") or "#1f5fbf"
    return Look(
        accent=accent,
        on_accent="#ffffff" if contrast(accent, "#ffffff") >= contrast(accent, "#111111") else "#111111",
        link=accent if contrast(accent, LIGHT_PAPER) >= READABLE else "#1a1c1f",
        link_dark=accent if contrast(accent, DARK_PAPER) >= READABLE else "#e8eaed",
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
