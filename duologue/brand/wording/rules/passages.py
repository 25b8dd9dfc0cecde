"""What is read, what is found in it, and a text without its markup in which everything keeps its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from duologue.kit.ids import digest16
from duologue.kit.text import folded, one_line

_MARKUP: Final = re.compile(
    r"\{\{[^{}]*\}\}|\{%[^{}]*%\}"  # Liquid
    r"|<!--.*?-->|<(?:style|mj-style|mj-head|script)\b.*?</(?:style|mj-style|mj-head|script)\s*>|<[^<>]*>"  # HTML, MJML
    r"|\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|https?://[^\s<>)\]]+"  # where links lead
    r"|^[ \t]*(?:#{1,6}[ \t]|>[ \t]?|[-*+][ \t]|\d+[.)][ \t])|!\[|[\[\]*_`|\\]",
    re.DOTALL | re.MULTILINE,
)
_SEEN: Final = re.compile(r"\S")
About = Literal["avoided word", "banned topic", "claim", "hard to read", "requests", "products", "options", "name", "weight"]
ABOUT: Final[tuple[About, ...]] = get_args(About)
"""What a finding may be about."""
LONGEST_WORDS: Final = 300  # characters; of what is longer so many are known again
AROUND: Final = 60  # characters shown before and behind what was found


@dataclass(slots=True, frozen=True)
class Passage:
    """One text of something that is written: `field` as its file names it ("email.body"), in a `language` ("en"; empty: not known).

    A `long` one is read for how easy it is; a subject or an option is not.
    """

    field: str
    text: str
    language: str = ""
    is_long: bool = False


@dataclass(slots=True, frozen=True)
class Finding:
    """One thing to look at: `tone` bad (against the brand book) or warn; what it is and what to do, each a sentence; and where.

    `start` and `end` are characters of the passage's text. `mark` knows the same words again in a later version.
    """

    tone: str
    about: About
    says: str
    do: str
    field: str
    start: int
    end: int
    before: str
    quote: str
    after: str
    language: str = ""

    @property
    def mark(self) -> str:
        """Return what this finding is known by, wherever its words move."""
        return mark_of(self.about, self.quote)


def mark_of(about: str, words: str) -> str:
    """Return what words are known by that were found for something, however blanks and case stand in them."""
    return digest16("wording", about, folded(one_line(words, most=LONGEST_WORDS))).hex()


def found(passage: Passage, at: tuple[int, int], *, tone: str, about: About, says: str, do: str) -> Finding:
    """Return a finding at a place of a passage, with the words around it."""
    start, end = at
    text = passage.text
    before = text[max(0, start - AROUND) : start].rpartition("\n")[2]
    after = text[end : end + AROUND].partition("\n")[0]
    return Finding(tone, about, says, do, passage.field, start, end, before, text[start:end], after, passage.language)


def bare(text: str) -> str:
    """Return a text of the same length with blanks in place of Liquid, HTML, Markdown and addresses."""
    return _MARKUP.sub(lambda markup: _SEEN.sub(" ", markup[0]), text)
