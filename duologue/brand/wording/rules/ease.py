"""How easily a text is read.

English: Flesch Reading Ease, R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948), 221-233:
206.835 - 1.015 times words per sentence - 84.6 times syllables per word. German: T. Amstad, "Wie verständlich sind unsere Zeitungen?",
University of Zurich (1978): 180 - words per sentence - 58.5 times syllables per word. Both run from 0 (hard) to 100 (easy).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.brand.wording.rules.passages import bare, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.brand.wording.rules.passages import Finding, Passage

FORMULAS: Final = {"en": (206.835, 1.015, 84.6), "de": (180.0, 1.0, 58.5)}
NAMES: Final = {"en": "Flesch's scale", "de": "Amstad's scale for German"}
HARD: Final = 50.0  # below it Flesch calls a text difficult
ENOUGH: Final = 40  # words, below which a score says little
LONG: Final = 30  # words of one sentence
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d[\d.,:]*")
_SENTENCE: Final = re.compile(r"[^.!?…\n]+(?:[.!?…](?=\w)[^.!?…\n]*|\n(?![ \t]*\n)[^.!?…\n]*)*[.!?…]*")
_VOWELS: Final = {
    "en": re.compile(r"[aeiouy]+"),
    "de": re.compile(r"(?<=q)u[aeiouäöü]|[aeo]i|ey|[aä]u|eu|ie|aa|ee|oo|[aeiouyäöü]"),
}
_SILENT: Final = re.compile(r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouysxzcgh])es$")


@dataclass(slots=True, frozen=True)
class Sentence:
    """A sentence: where it stands, its words and their syllables."""

    start: int
    end: int
    words: int
    syllables: int


def hard(passage: Passage) -> Iterator[Finding]:
    """Yield a finding for a text that is hard to read, at its hardest sentence, and one for each very long sentence."""
    if not passage.is_long or passage.language not in FORMULAS:
        return
    said = sentences(passage.text, passage.language)
    if not said:
        return
    value = score(said, passage.language)
    worst = min(said, key=lambda one: score([one], passage.language) if one.words > 4 else 999)
    if sum(one.words for one in said) >= ENOUGH and value < HARD:
        says = f"It is hard to read: {max(value, 0):.0f} of 100 on {NAMES[passage.language]}; easy begins at {HARD:.0f}."
        do = "Make two sentences of this one, and take shorter words."
        yield found(passage, (worst.start, worst.end), tone="warn", about="hard to read", says=says, do=do)
        said = [one for one in said if one is not worst]
    for one in said:
        if one.words > LONG:
            says = f"This sentence has {one.words} words; {LONG} are many."
            yield found(passage, (one.start, one.end), tone="warn", about="hard to read", says=says, do="Make two or three of it.")


def score(said: list[Sentence], language: str) -> float:
    """Return the reading ease of sentences, 0 (hard) to 100 (easy), by the language's formula."""
    base, per_sentence, per_word = FORMULAS[language]
    words = max(1, sum(one.words for one in said))
    return base - per_sentence * words / max(1, len(said)) - per_word * sum(one.syllables for one in said) / words


def sentences(text: str, language: str) -> list[Sentence]:
    """Return the sentences of a text with their places; an empty line ends one, also without a full stop."""
    plain = bare(text)
    made = []
    for place in _SENTENCE.finditer(plain):
        words = [word[0] for word in _WORD.finditer(place[0])]
        if words:
            start = place.start() + len(place[0]) - len(place[0].lstrip())
            end = place.start() + len(place[0].rstrip())
            made.append(Sentence(start, end, len(words), sum(syllables(word, language) for word in words)))
    return made


def syllables(word: str, language: str) -> int:
    """Return about how many syllables a word has, by its groups of vowels; at least one."""
    word = word.lower()
    if language == "en":
        word = _SILENT.sub("", word)
    return max(1, len(_VOWELS[language].findall(word)))
