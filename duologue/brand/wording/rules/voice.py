"""Words that the brand avoids, and topics that it never touches."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from duologue.brand.book.rules import avoided_words, banned_topics
from duologue.brand.wording.rules.passages import bare, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding, Passage

ENDINGS: Final = {"de": "(?:e[nmrs]?|n|s)?"}
ENDING: Final = "(?:e?s|['\u2019]s)?"  # plural and genitive


def avoided(passage: Passage, book: Book) -> Iterator[Finding]:
    """Yield each avoided word, also in plural and genitive, once for each time that it stands there."""
    text = bare(passage.text)
    for word, instead in avoided_words(book).items():
        for at in _places(word, text, passage.language):
            do = f"Say “{instead}” instead." if instead else "Say it in another word, or take it out of `never_says` in the brand book."
            yield found(passage, at, tone="bad", about="avoided word", says=f"The brand never says “{word}”.", do=do)


def banned(passage: Passage, book: Book) -> Iterator[Finding]:
    """Yield each word by which a topic that is never touched shows itself."""
    text = bare(passage.text)
    for topic, words in banned_topics(book).items():
        for word in words:
            for at in _places(word, text, passage.language):
                says = f"“{passage.text[slice(*at)]}” is about {topic}, which the brand never touches."
                yield found(passage, at, tone="bad", about="banned topic", says=says, do="Leave it out.")


def _places(word: str, text: str, language: str) -> list[tuple[int, int]]:
    return [place.span() for place in _pattern(word, language).finditer(text)]


@lru_cache(maxsize=4096)
def _pattern(word: str, language: str) -> re.Pattern[str]:
    """Return what finds a word or phrase, whatever its case and the blanks in it."""
    spaced = r"\s+".join(re.escape(part) for part in word.split())
    ending = ENDINGS.get(language, ENDING) if word[-1:].isalpha() else ""
    return re.compile(rf"(?<!\w){spaced}{ending}(?!\w)", re.IGNORECASE)
