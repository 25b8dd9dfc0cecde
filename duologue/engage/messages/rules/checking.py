"""What to look at in a letter before it leaves: links, pictures, size, contrast, words that filters dislike, the way out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser as HTMLParser

from duologue.kit.colour import contrast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.engage.messages.content.look import Look

CLIPPED: Final = 102_000  # bytes, above which Gmail shows only the beginning
NEARLY: Final = 80_000
LARGE: Final = 1_200  # pixels
HEAVY: Final = 200_000  # characters of a picture that stands in the letter itself
LONG: Final = 70  # characters of a subject that a phone shows
READABLE: Final = 4.5  # WCAG 2.2 AA
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_NAMED: Final = {"person.called": "name to call them by"}
EMPTY_WORDS: Final = frozenset({"click here", "here", "link", "more", "hier", "hier klicken", "mehr"})
SHOUTED: Final = (
    "100% free", "act now", "buy now", "cash bonus", "cheap", "click below", "congratulations", "double your", "earn money", "free gift",
    "guaranteed", "limited time", "lowest price", "make money", "miracle", "no cost", "no obligation", "order now", "risk free",
    "risk-free",
    "special promotion", "urgent", "winner", "you have been selected",
    "100% gratis", "geld verdienen", "gewinner", "garantiert", "jetzt kaufen", "kostenlos", "nur heute", "sofort handeln", "unverbindlich",
)  # fmt: skip
_SHOUTED: Final = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, SHOUTED)) + r")(?!\w)", re.IGNORECASE)


@dataclass(slots=True, frozen=True)
class Finding:
    """One thing to look at: `tone` bad or warn, a sentence, and what to do."""

    tone: str
    about: str
    says: str
    do: str


@dataclass(slots=True, frozen=True)
class Lacking:
    """What is not known of `people` among the `looked_at`, who are a `whole` audience or a sample of it (`whole` 0: of too many to count).

    `audience` is the segment; "" is everybody.
    """

    path: str
    people: int
    looked_at: int
    whole: int
    audience: str


@dataclass(slots=True, frozen=True)
class Letter:
    """A letter as one person would read it, with where its links lead."""

    subject: str
    preview: str
    html: str
    text: str
    links: tuple[str, ...]
    missing: tuple[str, ...] = ()
    is_promotion: bool = True


def findings(letter: Letter, look: Look) -> list[Finding]:
    """Return what to look at, the worst first; none where all is well."""
    parts = (_links(letter), _values(letter), _pictures(letter), _size(letter), _colours(look), _words(letter), _way_out(letter))
    return sorted((one for part in parts for one in part), key=lambda one: one.tone != "bad")


def not_known(lacks: Lacking, instead: str) -> Finding:
    """Return what to say of a value that is not known of some of those a message is for; `instead` is its fall-back."""
    named = _NAMED.get(lacks.path) or lacks.path.removeprefix("person.").replace("_", " ")
    whom = f" in {lacks.audience}" if lacks.audience else ""
    if lacks.looked_at == lacks.whole:
        says = f"{lacks.people:,} of {lacks.whole:,}{whom} have no {named}."
    else:
        share = lacks.people / lacks.looked_at
        whole = f"the {lacks.whole:,}" if lacks.whole else "all"
        says = f"About {share:.0%} of {whole}{whom} have no {named} ({lacks.people:,} of {lacks.looked_at:,} looked at)."
    do = f"They read “{instead}” in its place" if instead else "They read what the text says without it"
    do += "; does the sentence hold?"
    if lacks.people == lacks.looked_at:
        do = f"That is everybody: is {lacks.path} what the fact is called? {do}"
    return Finding("warn", "values", says, do)


def _links(letter: Letter) -> Iterator[Finding]:
    if not letter.links:
        yield Finding("warn", "links", "There is no link in it.", "Say what the reader can do, and lead them there.")
    for url in letter.links:
        parts = urlsplit(url)
        if "{" in url or parts.scheme in {"mailto", "tel", "sms"}:
            continue
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            yield Finding("bad", "links", f"“{url}” is no address that opens.", "Write it whole, as in https://shop.example/spring.")
        elif parts.hostname in {"localhost", "127.0.0.1"}:
            yield Finding("bad", "links", f"“{url}” leads to this machine.", "Nobody else can open it; take the public address.")
        elif parts.scheme == "http":
            yield Finding("warn", "links", f"“{url}” is not encrypted.", "Take https, or browsers will warn.")
    words = {node.text(strip=True).lower() for node in HTMLParser(letter.html).css("a")}
    for empty in sorted(words & EMPTY_WORDS):
        yield Finding("warn", "links", f"A link says only “{empty}”.", "Say where it leads; screen readers read links alone.")


def _values(letter: Letter) -> Iterator[Finding]:
    for path in letter.missing:
        yield Finding("warn", "values", f"{path} is not known of this reader.", "Its fall-back is shown; does the sentence hold?")
    for part in (letter.subject, letter.text):
        if "{{" in part or "{%" in part:
            yield Finding("bad", "values", "Braces of a value are left in the text.", "Close them, as in {{ person.called }}.")
            break


def _pictures(letter: Letter) -> Iterator[Finding]:
    for node in HTMLParser(letter.html).css("img"):
        source, width = node.attributes.get("src") or "", node.attributes.get("width") or ""
        if width == "1" and node.attributes.get("height") == "1":
            continue
        named = source.rpartition("/")[2][:60] or "without an address"
        if not (node.attributes.get("alt") or "").strip():
            yield Finding("warn", "pictures", f"The picture {named} has no text.", "Many see no pictures at first: ![text](address).")
        if source.startswith("data:") and len(source) > HEAVY:
            yield Finding("bad", "pictures", "A very large picture stands in the letter itself.", "Put it on a server and link to it.")
        elif source.startswith("http://"):
            yield Finding("warn", "pictures", f"The picture {named} is not encrypted.", "Mail programs may not show it; take https.")
        if width.isdigit() and int(width) > LARGE:
            yield Finding("warn", "pictures", f"The picture {named} is {width} pixels wide.", f"{LARGE} are plenty for any screen.")


def _size(letter: Letter) -> Iterator[Finding]:
    size = len(letter.html.encode())
    if size > CLIPPED:
        says = f"It is {size // 1000} kB long; Gmail shows the first 102 kB, and hides the way to unsubscribe."
        yield Finding("bad", "size", says, "Make it shorter, or link to the rest.")
    elif size > NEARLY:
        yield Finding("warn", "size", f"It is {size // 1000} kB long; from 102 kB on Gmail hides the end.", "Make it shorter.")
    if len(letter.subject) > LONG:
        yield Finding("warn", "size", f"The subject has {len(letter.subject)} characters; a phone shows 40.", "Put what matters first.")
    if not letter.preview.strip():
        yield Finding("warn", "words", "There is no line beside the subject.", "Inboxes show the first words then; write a preheader.")


def _colours(look: Look) -> Iterator[Finding]:
    pairs = (("text", look.ink, look.paper), ("footer", look.ink, look.ground), ("button", look.on_accent, look.accent))
    for what, colour, on in pairs:
        if _COLOUR.fullmatch(colour) and _COLOUR.fullmatch(on) and (found := contrast(colour, on)) < READABLE:
            says = f"A {what} ({colour} on {on}) has a contrast of {found:.1f}."
            yield Finding("warn", "contrast", says, f"Most people can read {READABLE}; change the colours in the brand book.")


def _words(letter: Letter) -> Iterator[Finding]:
    found = sorted({word.lower() for word in _SHOUTED.findall(f"{letter.subject} {letter.preview} {letter.text}")})
    if found:
        said = ", ".join(f"“{word}”" for word in found[:5])
        yield Finding("warn", "words", f"Filters dislike {said}.", "Say it in your own words.")
    letters = [one for one in letter.subject if one.isalpha()]
    if len(letters) > 5 and sum(one.isupper() for one in letters) > len(letters) * 0.7:
        yield Finding("warn", "words", "The subject is in capitals.", "It reads as shouting, to people and to filters.")
    if letter.subject.count("!") > 1:
        yield Finding("warn", "words", "The subject has several exclamation marks.", "One is enough; none is better.")


def _way_out(letter: Letter) -> Iterator[Finding]:
    if letter.is_promotion and "/u/" not in letter.html:
        yield Finding("bad", "unsubscribe", "There is no way to unsubscribe in it.", "Every promotion needs one: {{ link.unsubscribe }}.")
    if not letter.text.strip():
        yield Finding("bad", "words", "There is no text part.", "Some programs show nothing else.")
