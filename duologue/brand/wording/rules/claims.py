"""Claims without proof: superlatives, words that boast, and numbers that no proof of a promise in the brand book holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from duologue.brand.wording.rules.passages import bare, found
from duologue.kit.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding, Passage

_HARMLESS_EN: Final = (
    "interest|request|guest|rest|test|west|east|forest|harvest|contest|protest|quest|nest|chest|digest|honest|modest|invest|arrest|suggest|"
    "priest|behest|inquest|conquest|vest|zest|crest|latest|earliest|nearest|next|closest|manifest|fest|pest|jest|bequest|unrest"
)
_HARMLESS_DE: Final = (
    r"erste\w?|letzte\w?|nächste\w?|meiste\w?|neu(?:e)?ste\w?|späteste\w?|früheste\w?|liebste\w?|ernste\w?|feste\w?|robuste\w?|"
    r"bewusste\w?|vorletzte\w?|wenigste\w?|ehesten|\w*fasste\w?|zuletzt"
)
WORDS: Final = {
    "en": re.compile(
        r"(?<!\w)(?:"
        r"(?:the|our|your|its|my|(?:\w+['\u2019]s))\s+(?:very\s+|single\s+)?best(?!\s+(?:wishes|regards))"
        rf"|(?:the|our|its)\s+(?!(?:{_HARMLESS_EN})\b)[a-z]{{2,}}est"
        r"|the\s+most\s+(?!of\b|recent\b|part\b)[a-z]+|the\s+only\s+(?:shop|store|brand|company|place|product|one|maker|service)|number\s+one|(?:no\.|number)\s*1|\#1"
        r"|guaranteed?|proven|clinically|scientifically|award-winning|world-class|world['\u2019]s|unbeatable|unrivalled|unmatched|unbeaten"
        r"|market-leading|industry-leading|(?:the|a)\s+leading|revolutionary"
        r")(?!\w)",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"(?<!\w)(?:"
        r"(?i:der|die|das|den|dem|des|unser\w{0,2}|ihr\w{0,2})\s+(?:aller)?beste[nrsm]?(?!\w|\s+(?:Grüße|Grüßen|Wünsche|Wünschen|Empfehlungen))"
        rf"|(?i:der|die|das|den|dem|des|unser\w{{0,2}})\s+(?!(?:{_HARMLESS_DE})\b)[a-zäöüß]{{3,}}ste[nrsm]?"
        rf"|[Aa]m\s+(?!(?:{_HARMLESS_DE}|besten\s+(?:gleich|noch|jetzt))\b)[a-zäöüß]{{2,}}sten"
        r"|(?i:der|die|das|den|dem)\s+einzige[nrsm]?|(?i:nr\.|nummer)\s*(?:1|(?i:eins))"
        r"|(?i:garantiert\w{0,2}|nachweislich\w{0,2}|bewiesen\w{0,2}|wissenschaftlich\w{0,2}|klinisch\w{0,2}|preisgekrönt\w{0,2})"
        r"|(?i:führend\w{0,2}|marktführend\w{0,2}|weltweit\s+führend\w{0,2}|einzigartig\w{0,2}|unschlagbar\w{0,2}|revolutionär\w{0,2})"
        r")(?!\w)"
    ),
}
_MORE: Final = (
    "of|more|fewer|faster|better|longer|safer|satisfied|happy|recommend|natural|safe|would|say|der|aller|mehr|schneller|besser|länger|"
    "sicherer|zufrieden|natürlich|sicher|empfehlen|würden|sagen"
)
_PEOPLE: Final = (
    "customers|people|readers|families|users|members|reviews|companies|shops|kunden|kundinnen|menschen|leser|leserinnen|familien|"
    "nutzer|nutzerinnen|mitglieder|bewertungen|firmen|unternehmen"
)
NUMBERS: Final = re.compile(
    rf"(?<![\w.,])(?:\d[\d.,]*\s*(?:%|percent|per\s+cent|prozent)(?=\s+(?:{_MORE})\b)"
    r"|\d+\s+(?:out\s+of|of|von)\s+(?:\d+|ten|zehn)(?!\w)"
    r"|(?:nine|eight|neun|acht)\s+(?:out\s+of|of|von)\s+(?:ten|zehn)(?!\w)"
    rf"|(?:\d{{1,3}}(?:[.,]\d{{3}})+|\d{{3,}})\+?\s+(?:[a-zäöüß]+\s+)?(?:{_PEOPLE})(?!\w)"
    r"|\d[\d.,]*\s*(?:x|times|mal)\s+(?:as|more|faster|better|longer|so|mehr|schneller|besser|länger)(?!\w))",
    re.IGNORECASE,
)
_ARTICLES: Final = re.compile(
    r"^(?:the|our|your|its|my|der|die|das|den|dem|des|am|unser\w*|ihr\w*|\w+['\u2019]s)\s+(?:very\s+|single\s+)?", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W_]+(?:[.,]\d+)*")


def claims(passage: Passage, book: Book) -> Iterator[Finding]:
    """Yield each claim that no promise with a proof covers: one whose words and numbers its sentence or its proof holds."""
    text = bare(passage.text)
    proven = [_words(f"{one.says} {one.proof}") for one in book.promises if one.proof.strip()]
    unproven = {one.name: _words(one.says) for one in book.promises if not one.proof.strip()}
    patterns = [NUMBERS] if passage.language not in WORDS else [NUMBERS, WORDS[passage.language]]
    for pattern in patterns:
        for place in pattern.finditer(text):
            said = " ".join(place[0].split())
            wanted = _words(_ARTICLES.sub("", said)) or _words(said)
            if any(wanted <= words for words in proven):
                continue
            promise = next((name for name, words in unproven.items() if wanted <= words), "")
            do = "Say what is true of it, or write a promise with its proof into the brand book."
            if promise:
                do = f"The promise {promise} says so, but has no proof yet: write its `proof` into the brand book."
            yield found(passage, place.span(), tone="warn", about="claim", says=f"“{said}” is a claim, and nothing proves it.", do=do)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace(",", "").replace(".", "") for word in _WORD.findall(folded(text)))
