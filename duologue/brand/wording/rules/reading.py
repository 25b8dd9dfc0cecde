"""All that there is to say of passages, in the order in which they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.wording.rules.claims import claims
from duologue.brand.wording.rules.ease import hard
from duologue.brand.wording.rules.voice import avoided, banned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding, Passage


def read(passages: Sequence[Passage], book: Book) -> list[Finding]:
    """Return what to look at in these passages, as the brand book has it; each thing once for each place."""
    return in_order(
        one for passage in passages for one in (*avoided(passage, book), *banned(passage, book), *claims(passage, book), *hard(passage))
    )


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, what is against the brand book first, each once."""
    return sorted(dict.fromkeys(findings), key=lambda one: one.tone != "bad")
