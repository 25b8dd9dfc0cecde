"""The brand's colours on pages for people, readable whatever they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from duologue.brand.book.rules import ACCENTS, DARK_PAPER, GROUNDS, INKS, LOGOS, PAPERS, READABLE, colour_of, on
from duologue.kit.colour import contrast

if TYPE_CHECKING:
    from duologue.brand.book.rules import Book
    from duologue.platform.workspaces.models import Workspace

EASY: Final = 7.0  # for running text, so that what is set quieter beside it stays readable
LIGHT_PAPER, LIGHT_GROUND, INK = "#ffffff", "#f3f4f6", "#1a1c1f"
SERIFS: Final = frozenset({"Georgia", "Times", "Times New Roman", "Palatino", "Garamond", "Baskerville", "Cambria", "Newsreader"})
_FAMILY: Final = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")


@dataclass(slots=True, frozen=True)
class Look:
    """The accent for buttons, what is written on it, the accent as text on light and on dark paper; grounds, ink and letters."""

    accent: str
    on_accent: str
    link: str
    link_dark: str
    ground: str
    paper: str
    ink: str
    font: str
    logo: str = ""
    logo_dark: str = ""


def look_of(book: Book, room: Workspace) -> Look:
    """Return a brand's look; where its colours could not be read as text, plain ones are taken. In the dark accent and logo are theirs.

    A logo that is not kept here is left out: these pages show nothing from another origin.
    """
    paper = colour_of(book.look, *PAPERS, otherwise=LIGHT_PAPER)
    ground = colour_of(book.look, *GROUNDS, otherwise=LIGHT_GROUND)
    ink = colour_of(book.look, *INKS, otherwise=INK)
    if min(contrast(ink, paper), contrast(ink, ground)) < EASY:
        paper, ground, ink = LIGHT_PAPER, LIGHT_GROUND, INK
    accent = colour_of(book.look, *ACCENTS, otherwise="#1f5fbf")
    return Look(
        accent=accent,
        on_accent=on(accent),
        link=accent if contrast(accent, paper) >= READABLE else ink,
        link_dark=accent if contrast(accent, DARK_PAPER) >= READABLE else "#e8eaed",
        ground=ground,
        paper=paper,
        ink=ink,
        font=_families(book.look.font),
        logo=_logo(book.look.logo, room),
        logo_dark=_logo(book.look.logo_dark, room),
    )


def _logo(name: str, room: Workspace) -> str:
    return reverse("public:logo", args=[room.name, name]) if name in LOGOS else ""


def _families(font: str) -> str:
    """Return the names of letters that can stand in a style sheet as they are."""
    names = (name.strip().strip("\"'") for name in font.split(","))
    known = [name for name in names if _FAMILY.fullmatch(name)]
    return ", ".join([*known, "serif"] if known and known[0] in SERIFS else known)
