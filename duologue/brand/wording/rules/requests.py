"""What a message asks of its reader: one main request, few products, few options.

Many ask for less at once, and answer more: S. Iyengar and M. Lepper, "When choice is demotivating", Journal of Personality and
Social Psychology 79 (2000), 995-1006.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.brand.wording.rules.passages import Passage, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duologue.brand.wording.rules.passages import Finding

MOST_LINKS: Final = 5  # places to go to from one message
MOST_PRODUCTS: Final = 4
MOST_OPTIONS: Final = 7
MOST_QUESTIONS: Final = 8
_BUTTON: Final = re.compile(
    r"(?:^|\n[ \t]*\n)[ \t]*\[(?P<says>[^\]\n]+)\]\((?P<url>(?:\{\{[^}]*\}\}|[^)\s])+)[^)\n]*\)[ \t]*(?=\n[ \t]*\n|\n?\Z|\n\{%)"
)
_AFTER_TAG: Final = re.compile(r"%\}[ \t]*\n[ \t]*\[(?P<says>[^\]\n]+)\]\((?P<url>(?:\{\{[^}]*\}\}|[^)\s])+)[^)\n]*\)[ \t]*(?=\n)")
_MJ_BUTTON: Final = re.compile(r"<mj-button\b[^>]*?\bhref=\"(?P<url>[^\"]*)\"[^>]*>(?P<says>.*?)</mj-button>", re.DOTALL)
_LINK: Final = re.compile(
    r"(?<!!)\[(?P<says>[^\]\n]+)\]\((?P<url>(?:\{\{[^}]*\}\}|[^)\s])+)[^)\n]*\)|<a\b[^>]*?\bhref=\"(?P<href>[^\"]*)\"[^>]*>(?P<text>.*?)</a>",
    re.DOTALL,
)
_BRANCHES: Final = re.compile(r"\{%-?\s*(if|unless|case|elsif|else|when|endif|endunless|endcase)\b.*?%\}", re.DOTALL)
_STANDING: Final = re.compile(r"\{\{-?\s*link\.|mailto:|tel:|#")


@dataclass(slots=True, frozen=True)
class Way:
    """A link or button: where it stands, what it says and where it leads."""

    start: int
    end: int
    says: str
    url: str


def requests(passage: Passage) -> Iterator[Finding]:
    """Yield a finding where a message has more than one button, or none among several links, or very many links."""
    buttons = _together(passage.text, _ways(passage.text, (_BUTTON, _AFTER_TAG, _MJ_BUTTON)))
    links = _together(passage.text, _ways(passage.text, (_LINK, _MJ_BUTTON)))
    if len(buttons) > 1:
        asked = " and ".join(f"“{one.says}”" for one in buttons[:3])
        says = f"It asks for {len(buttons)} things at once: {asked}."
        do = "Keep one main request as a button; make the others plain links, or messages of their own."
        yield found(passage, (buttons[1].start, buttons[1].end), tone="warn", about="requests", says=says, do=do)
    elif not buttons and len(links) > 2:
        says = f"It has {len(links)} links and none stands out: what is the reader to do?"
        do = "Put the one that matters on a line of its own, which makes it a button."
        yield found(passage, (links[0].start, links[0].end), tone="warn", about="requests", says=says, do=do)
    if len(links) > MOST_LINKS:
        says = f"It leads to {len(links)} places; with more than {MOST_LINKS} people choose none."
        yield found(
            passage, (links[MOST_LINKS].start, links[MOST_LINKS].end), tone="warn", about="options", says=says, do="Leave out the least."
        )


def products(field: str, most: int) -> Iterator[Finding]:
    """Yield a finding where a message may show more products than people like to choose from."""
    if most > MOST_PRODUCTS:
        says = f"It shows up to {most} products; with more than {MOST_PRODUCTS} fewer people choose one."
        text = str(most)
        yield found(
            Passage(field, text), (0, len(text)), tone="warn", about="products", says=says, do=f"Show {MOST_PRODUCTS}, the best first."
        )


def options(field: str, ask: str, offered: int) -> Iterator[Finding]:
    """Yield a finding where a question offers more options than people read."""
    if offered > MOST_OPTIONS:
        says = f"The question offers {offered} options; most people read {MOST_OPTIONS} at most."
        do = "Put some together, or ask in two steps."
        yield found(Passage(field, ask), (0, len(ask)), tone="warn", about="options", says=says, do=do)


def questions(field: str, title: str, asked: int) -> Iterator[Finding]:
    """Yield a finding where a survey asks more than people answer at once."""
    if asked > MOST_QUESTIONS:
        says = f"It asks {asked} questions; after {MOST_QUESTIONS} many people leave."
        do = "Ask the others another time; `skip_if_known` asks each only once."
        yield found(Passage(field, title), (0, len(title)), tone="warn", about="options", says=says, do=do)


def _ways(text: str, patterns: Iterable[re.Pattern[str]]) -> list[Way]:
    ways = {}
    for pattern in patterns:
        for place in pattern.finditer(text):
            given = place.groupdict()
            url, says = given.get("url") or given.get("href") or "", given.get("says") or given.get("text") or ""
            if not _STANDING.match(url):
                start = place.start() + place[0].index("[") if "[" in place[0] and "<" not in place[0][:3] else place.start()
                ways[start] = Way(start, place.end(), re.sub(r"<[^>]*>", "", says).strip(), url)
    return [ways[start] for start in sorted(ways)]


def _together(text: str, ways: list[Way]) -> list[Way]:
    """Return the ways that one reader can see at once, each place to go to once: of branches, the one with the most."""
    steps = sorted(
        [*((way.start, way) for way in ways), *((tag.start(), tag[1]) for tag in _BRANCHES.finditer(text))], key=lambda step: step[0]
    )
    open_: list[list[list[Way]]] = [[[]]]
    for _, step in steps:
        if isinstance(step, Way):
            open_[-1][-1].append(step)
        elif step in {"if", "unless", "case"}:
            open_.append([[]])
        elif step in {"elsif", "else", "when"}:
            open_[-1].append([])
        elif len(open_) > 1:
            branches = open_.pop()
            open_[-1][-1] += _longest(branches)
    seen = [way for branches in open_ for way in _longest(branches)]
    return list({way.url: way for way in reversed(seen)}.values())[::-1]


def _longest(branches: list[list[Way]]) -> list[Way]:
    return max(branches, key=len)
