"""What people read of an offer, read as the brand book would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.wording.rules.passages import Passage
from duologue.brand.wording.rules.reading import in_order, read

if TYPE_CHECKING:
    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding
    from duologue.strategize.offers.rules import Offer


def wording(offer: Offer, book: Book, locale: str) -> list[Finding]:
    """Return what to look at in an offer's words, what is against the brand book first."""
    return in_order(read(passages(offer, locale), book))


def passages(offer: Offer, locale: str) -> list[Passage]:
    """Return an offer's text with its place; what is only for colleagues is not read."""
    return [Passage("says", offer.says, locale.partition("-")[0].lower(), is_long=True)] if offer.says else []
