"""The brand book: who speaks, what it promises and how it looks, as written in brand.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.typed import as_json, read_typed
from duologue.kit.yaml import suggestion

if TYPE_CHECKING:
    from duologue.kit.yaml import Document

COLOURS = frozenset({"main", "accent", "primary", "ink", "text", "paper", "ground", "background"})
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Promise(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing the brand promises, under the name that dialogues serve it by, and the proof of it."""

    name: str
    says: str
    proof: str = ""


class Look(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the brand looks. Colours as #rrggbb: accent (buttons, links), ink, paper, ground; `font` a list of families as in CSS."""

    colours: dict[str, str] = {}
    font: str = ""
    logo: str = ""


class Sender(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who a channel's messages come from."""

    name: str = ""
    address: str = ""
    reply_to: str = ""


class Voice(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the brand speaks: a few words on its tone, words it uses and words it does not."""

    tone: str = ""
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()


class Book(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The brand book. `senders` by channel; `footer` is Markdown (the imprint); `voice` a sentence, or more than that."""

    name: str
    promise: str = ""
    value: str = ""
    website: str = ""
    promises: tuple[Promise, ...] = ()
    voice: str | Voice = ""
    look: Look = Look()
    senders: dict[str, Sender] = {}
    commitments: tuple[str, ...] = ()
    never_about: tuple[str, ...] = ()
    footer: str = ""


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
    for channel, sender in book.senders.items():
        for key in ("address", "reply_to"):
            address = getattr(sender, key)
            if address and channel == "email" and not _ADDRESS.fullmatch(address):
                document.refuse(("senders", channel, key), f"{address!r} is no e-mail address.")
    if "email" in book.senders and not book.footer:
        document.refuse((), "A brand that sends e-mail needs a `footer` that says who and where it is.")
