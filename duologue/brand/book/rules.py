"""The brand book: who speaks, what it promises and how it looks, as written in brand.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.clock import parse_duration, parse_window
from duologue.kit.colour import contrast
from duologue.kit.typed import as_json, checked, read_typed
from duologue.kit.yaml import suggestion

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place

COLOURS = frozenset({"main", "accent", "primary", "ink", "text", "paper", "ground", "background"})
ACCENTS, INKS, PAPERS, GROUNDS = ("accent", "main", "primary"), ("ink", "text"), ("paper",), ("ground", "background")
READABLE = 4.5  # contrast of text, WCAG 2.2 AA
DARK_PAPER = "#1c1e21"  # what is written on where people have set their machine to dark
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Promise(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing the brand promises, under the name that dialogues serve it by, and the proof of it."""

    name: str
    says: str
    proof: str = ""


LOGOS = ("logo.png", "logo-dark.png")
"""What a logo is called that is kept here, on light ground and on dark."""


class Look(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the brand looks. Colours as #rrggbb: accent (buttons, links), ink, paper, ground; `font` a list of families as in CSS.

    `logo`, and `logo_dark` for people whose machine is set to dark, are pictures that are kept here; `logo` may also be an address, which
    letters alone show.
    """

    colours: dict[str, str] = {}
    font: str = ""
    logo: str = ""
    logo_dark: str = ""


class Sender(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who a channel's messages come from."""

    name: str = ""
    address: str = ""
    reply_to: str = ""


class Voice(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the brand speaks: a few words on its tone, words it uses and words it does not, these alone or with what it says instead."""

    tone: str = ""
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] | dict[str, str] = ()


class Commitment(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the brand holds itself to, in words for people, and how it is kept: as a cap, as hours, or by colleagues alone.

    `at_most` promotions `within` a duration, by one `channel` or over all; `window` are the hours in which promotion may come.
    """

    says: str
    at_most: int | None = None
    within: str = ""
    channel: str = ""
    window: str = ""

    @property
    def is_kept(self) -> bool:
        """Say whether the gate keeps it."""
        return self.at_most is not None or bool(self.window)


class Book(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The brand book. `senders` by channel; `footer` is Markdown (the imprint); `voice` a sentence, or more than that.

    `positioning` says for whom the brand is there, and beside whom. `never_about` are topics, each alone or with the words that show it.
    """

    name: str
    promise: str = ""
    value: str = ""
    positioning: str = ""
    website: str = ""
    promises: tuple[Promise, ...] = ()
    voice: str | Voice = ""
    look: Look = Look()
    senders: dict[str, Sender] = {}
    commitments: tuple[str | Commitment, ...] = ()
    never_about: tuple[str | dict[str, tuple[str, ...]], ...] = ()
    footer: str = ""


def commitments(book: Book) -> list[Commitment]:
    """Return what a brand holds itself to; one that is only written down has nothing but its words."""
    return [one if isinstance(one, Commitment) else Commitment(one) for one in book.commitments]


def avoided_words(book: Book) -> dict[str, str]:
    """Return the words and phrases that are never said, each with what is said instead, or with nothing."""
    given = book.voice.never_says if isinstance(book.voice, Voice) else ()
    return dict(given) if isinstance(given, dict) else dict.fromkeys(given, "")


def banned_topics(book: Book) -> dict[str, tuple[str, ...]]:
    """Return the topics that are never touched, each with the words that show it: its own name, and those given for it."""
    found: dict[str, tuple[str, ...]] = {}
    for one in book.never_about:
        found |= {one: (one,)} if isinstance(one, str) else {topic: (topic, *words) for topic, words in one.items()}
    return found


def colour_of(look: Look, *names: str, otherwise: str) -> str:
    """Return the first of these colours that a look names, or the one for want of it."""
    return next((look.colours[name] for name in names if name in look.colours), otherwise)


def on(colour: str) -> str:
    """Return the colour, white or black, in which words on this one are best read."""
    return max("#ffffff", "#000000", key=lambda words: contrast(colour, words))


def look_findings(look: Look) -> list[tuple[str, str]]:
    """Return a sentence for each pair of chosen colours that is hard to read, by the name of the colour to change."""
    paper, ground = colour_of(look, *PAPERS, otherwise="#ffffff"), colour_of(look, *GROUNDS, otherwise="#f3f4f6")
    ink = colour_of(look, *INKS, otherwise="#1d2530")
    named = {name: next((one for one in names if one in look.colours), "") for name, names in (("ink", INKS), ("accent", ACCENTS))}
    found = []
    for what, colour, behind in (("paper", ink, paper), ("ground", ink, ground)):
        name = named["ink"] or next((one for one in (PAPERS if what == "paper" else GROUNDS) if one in look.colours), "")
        if name and (has := contrast(colour, behind)) < READABLE:
            says = f"Text in {colour} on {behind} ({what}) has a contrast of {has:.1f}; {READABLE} is needed. Make one of them darker."
            found.append((name, says))
    if named["accent"]:
        accent = look.colours[named["accent"]]
        if (has := contrast(accent, paper)) < READABLE:
            says = (
                f"A link in {accent} on {paper} has a contrast of {has:.1f}; {READABLE} is needed. Links are underlined in the ink instead."
            )
            found.append((named["accent"], says))
    return found


def read_book(text: str, file: str = "brand.yaml") -> Book:
    """Return the brand book a text describes; raises Mistakes."""
    return read_typed(text, file, Book, "A brand book", _check)


def to_json(book: Book) -> dict[str, Any]:
    """Return a brand book as JSON values."""
    return as_json(book)


def from_json(data: dict[str, Any]) -> Book:
    """Return the brand book that `to_json` wrote."""
    return msgspec.convert(data, Book)


def _check(document: Document, book: Book) -> None:
    for name, colour in book.look.colours.items():
        if name not in COLOURS:
            document.refuse(("look", "colours", name), f"A look knows no colour {name!r}{suggestion(name, COLOURS)}.")
        if not _COLOUR.fullmatch(colour):
            document.refuse(("look", "colours", name), f"{colour!r} is no colour; write it as in '#1f4d3a'.")
    if book.look.logo and book.look.logo not in LOGOS and not book.look.logo.startswith("https://"):
        document.refuse(("look", "logo"), f"A `logo` is {LOGOS[0]}, a picture that is kept here, or an address that begins with https://.")
    if book.look.logo_dark and book.look.logo_dark not in LOGOS:
        document.refuse(("look", "logo_dark"), f"`logo_dark` is {LOGOS[1]}, a picture that is kept here.")
    for channel, sender in book.senders.items():
        for key in ("address", "reply_to"):
            address = getattr(sender, key)
            if address and channel == "email" and not _ADDRESS.fullmatch(address):
                document.refuse(("senders", channel, key), f"{address!r} is no e-mail address.")
    for word in avoided_words(book):
        if not word.strip():
            document.refuse(("voice", "never_says"), "A word that is never said is not empty.")
    for topic, words in banned_topics(book).items():
        if not all(word.strip() for word in words):
            document.refuse(("never_about",), f"A word that shows the topic {topic!r} is empty.")
    named = [one.name for one in book.promises]
    for index, name in enumerate(named):
        if name in named[:index]:
            document.refuse(("promises", index), f"There are two promises called {name!r}; dialogues would not know which they serve.")
    for index, one in enumerate(commitments(book)):
        _check_commitment(document, ("commitments", index), one)
    if "email" in book.senders and not book.footer:
        document.refuse((), "A brand that sends e-mail needs a `footer` that says who and where it is.")


def _check_commitment(document: Document, place: Place, one: Commitment) -> None:
    checked(document, (*place, "within"), one.within, parse_duration)
    checked(document, (*place, "window"), one.window, parse_window)
    if not one.says.strip():
        document.refuse(place, "A commitment `says` something to people.")
    if (one.at_most is None) != (not one.within):
        document.refuse(place, "A commitment on how much at most has both, as in {says: …, at_most: 2, within: 30d}.")
    elif one.at_most is not None and one.at_most < 0:
        document.refuse((*place, "at_most"), "`at_most` is a number from 0 up.")
    elif one.channel and one.at_most is None:
        document.refuse((*place, "channel"), "`channel` goes with `at_most` and `within`.")
