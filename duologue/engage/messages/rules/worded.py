"""The texts of a message, read as the brand book would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.brand.wording.rules.passages import Passage, found
from duologue.brand.wording.rules.reading import in_order, read
from duologue.brand.wording.rules.requests import products, requests
from duologue.engage.messages.rules.source import Content, Items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding
    from duologue.engage.messages.rules.source import Message, Said

LONG: Final = frozenset({"body", "mjml", "text"})
GREETS: Final = re.compile(r"\{\{-?\s*person\.(?:first_name|firstname|name|full_name)\b[^}]*\}\}")


def wording(message: Message, book: Book, locale: str) -> list[Finding]:
    """Return what to look at in a message's words, what is against the brand book first; `locale` is that of texts that name none."""
    said = passages(message, locale)
    bodies = [one for one in said if one.field.rpartition(".")[2] in {"body", "mjml"}]
    counted = products("items", message.items.most) if isinstance(message.items, Items) else ()
    asked = [one for body in bodies for one in requests(body)]
    return in_order([*read(said, book), *asked, *counted, *(one for passage in said for one in _as_typed(passage))])


def passages(message: Message, locale: str) -> list[Passage]:
    """Return a message's texts with their places, each in its language."""
    usual = message.locale or locale
    found = list(_passages(message, "", usual))
    for other, said in message.locales.items():
        found += _passages(said, f"locales.{other}.", other)
    for variant, said in message.variants.items():
        found += _passages(said, f"variants.{variant}.", usual)
    return found


def _passages(said: Said, before: str, locale: str) -> Iterator[Passage]:
    language = locale.partition("-")[0].lower()
    for channel in ("email", "sms"):
        content: Content | None = getattr(said, channel)
        for name in ("subject", "preview", "body", "mjml", "text") if content is not None else ():
            if text := getattr(content, name):
                yield Passage(f"{before}{channel}.{name}", text, language, is_long=name in LONG)


def _as_typed(passage: Passage) -> Iterator[Finding]:
    """Yield a finding where a name is put in as it was typed."""
    for place in GREETS.finditer(passage.text):
        yield found(
            passage,
            place.span(),
            tone="warn",
            about="name",
            says="This name is put in as it was typed: JOHN, john, or a joke.",
            do="Take {{ person.called }}, which puts capitals right, knows what people asked to be called, and leaves out what is no name.",
        )
