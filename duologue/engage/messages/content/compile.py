"""Compiling one content for one locale and look. What comes out needs only values per person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

import css_inline
import inscriptis
import mrml

from duologue.engage.messages.content import layout
from duologue.engage.messages.content.blocks import BLOCKS, with_blocks
from duologue.engage.messages.content.mask import TOKEN, Mask
from duologue.engage.templates.liquid import ContentFailed, Template, paths, unguarded

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.rules.source import Content

ROOTS = frozenset(
    [
        "person",
        "perk",
        "brand",
        "product",
        "survey",
        "consent",
        "site",
        "link",
        "start",
        "answer",
        "call",
        "turn",
        "item",
        "items",
        "voices",
        "voice",
        "occasion",
        "placement",
        "reply",
        "child",
    ]
)
CERTAIN = ("brand.", "link.", "site.", "survey.", "consent.", "perk.", "reply.")
PIXEL = '<img src="{{ link.pixel }}" alt="" width="1" height="1" style="display:block;border:0">'
ANCHOR = re.compile(r"<a\b([^>]*?)\bhref=\"([^\"]*)\"([^>]*)>(.*?)</a>", re.DOTALL | re.IGNORECASE)
TITLE = re.compile(r"\s+title=\"([^\"]*)\"")
WEB_FONT = re.compile(r"<!--\[if !mso\]><!-->\s*<link[^>]*>.*?<!--<!\[endif\]-->|<link\b[^>]*>|@import[^;]*;", re.DOTALL)
SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
UNTRACKED = re.compile(r"^(mailto:|tel:|sms:|#|\{\{-?\s*(link|survey|item|product)\.)")
INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, keep_style_tags=False)


@dataclass(slots=True, frozen=True)
class Link:
    """A content link: its target (Liquid still in it) and the name dialogues hear it by."""

    url: str
    name: str


@dataclass(slots=True, frozen=True)
class Compiled:
    """Templates for subject, HTML and text; `reads` are the paths of all values they use: `facts` of the person, `perks`, `sites`."""

    subject: Template
    html: Template
    text: Template
    links: tuple[Link, ...]
    reads: frozenset[str]
    facts: tuple[str, ...]
    perks: tuple[str, ...]
    sites: tuple[str, ...]


@lru_cache(maxsize=128)  # saving a message looks for mistakes first, and then for links
def compile_content(
    content: Content, *, look: Look, locale: str, is_promotion: bool = True, is_about: bool = False, links: tuple[Link, ...] | None = None
) -> Compiled:
    """Compile a content. With `links` given, their numbers are kept (a version's links are numbered over all its locales).

    Raises ContentFailed with a sentence.
    """
    content = with_blocks(content, look)
    mask = Mask()
    html = _page(
        content, mask=mask, last=layout.footer(look, locale, is_promotion=is_promotion, is_about=is_about), look=look, locale=locale
    )
    slots = _Slots(list(links or ()), is_closed=links is not None)
    html = ANCHOR.sub(lambda found: slots.slot(found, mask), html)
    text_source = content.text or _plain_text(html, mask)
    for block in BLOCKS:
        html = block.without_marks(html)
    html = mask.show(html)
    html = html.replace("</body>", f"{PIXEL}</body>")
    if content.text:
        text_source = content.text + "\n\n{{ link.unsubscribe }}\n" * (is_promotion and not is_about)
    reads = paths(content.subject) | paths(html) | paths(text_source) | {path for link in slots.links for path in paths(link.url)}
    return Compiled(
        subject=Template(content.subject, escape=False),
        html=Template(html, escape=True),
        text=Template(text_source, escape=False),
        links=tuple(slots.links),
        reads=frozenset(reads),
        facts=_second(reads, "person"),
        perks=_second(reads, "perk"),
        sites=_second(reads, "site"),
    )


def _second(reads: set[str], root: str) -> tuple[str, ...]:
    return tuple(sorted({path.split(".")[1] for path in reads if path.startswith(f"{root}.")}))


@dataclass(slots=True, frozen=True)
class Fault:
    """Why a content cannot be said; `about` is the piece of its source to look at."""

    sentence: str
    about: str = ""


def mistakes(content: Content, *, fallback: dict[str, str], look: Look) -> list[Fault]:
    """Return why a content cannot be said; empty when it can."""
    if not content.subject.strip():
        return [Fault("An e-mail needs a subject.")]
    if not content.body.strip() and not content.mjml.strip():
        return [Fault("An e-mail needs a body (Markdown) or mjml.")]
    try:
        compiled = compile_content(content, look=look, locale="en")
    except ContentFailed as error:
        return [Fault(f"{error}.")]
    roots = ", ".join(sorted(ROOTS))
    found = [Fault(f"{{{{ {path} }}}} is not known; values begin with {roots}.", path) for path in sorted(_strange(compiled.reads))]
    source = "\n".join([content.subject, content.preview, content.body, content.mjml, content.text, *(link.url for link in compiled.links)])
    certain = (*CERTAIN, *(name for block in BLOCKS for name in block.names(source)))
    found += [
        Fault(f'{{{{ {path} }}}} may be missing and needs a fall-back; add  fallback: {{{path}: …}}  or  | default: "…"  to it.', path)
        for path in sorted(unguarded(source))
        if path not in fallback and not path.startswith(certain) and path.split(".")[0] in ROOTS
    ]
    return found


def _strange(reads: frozenset[str]) -> set[str]:
    return {path for path in reads if path.split(".")[0] not in ROOTS}


def _page(content: Content, *, mask: Mask, last: str, look: Look, locale: str) -> str:
    if content.mjml:
        mjml = mask.hide(layout.with_footer(SCRIPT.sub("", content.mjml), last), as_comments=True)
    else:
        body = mask.free_paragraphs(layout.to_html(mask.hide_in_lines(content.body)))
        footer = mask.hide(last, as_comments=True)
        mjml = layout.page(SCRIPT.sub("", body), preview=mask.hide(content.preview, as_comments=False), look=look, footer=footer)
    try:
        html = mrml.to_html(mjml).content
    except Exception as error:  # noqa: BLE001 - the library raises a bare type of its own
        raise ContentFailed(f"The MJML cannot be read: {str(error).splitlines()[0]}") from None
    html = html.replace('lang="und"', f'lang="{escape(locale)}"')
    return INLINER.inline(WEB_FONT.sub("", html))


class _Slots:
    """Gives each content link a number; footer links, mail addresses and survey links keep their target."""

    def __init__(self, links: list[Link], *, is_closed: bool) -> None:
        self.links = links
        self._is_closed = is_closed

    def slot(self, found: re.Match[str], mask: Mask) -> str:
        before, href, after, label = found.groups()
        target = mask.show(unescape(href)).strip()
        if UNTRACKED.match(target) or not target:
            return found[0]
        title = TITLE.search(before + after)
        name = mask.show(unescape(title[1])) if title else _name_of(label)
        before, after = TITLE.sub("", before), TITLE.sub("", after)
        link = Link(url=target, name=name)
        if link not in self.links:
            if self._is_closed:
                return found[0]
            self.links.append(link)
        number = self.links.index(link) + 1
        return f'<a{before}href="{mask.hide(f"{{{{ link.c{number} }}}}", as_comments=False)}"{after}>{label}</a>'


def _name_of(label: str) -> str:
    words = re.sub(r"<[^>]*>", " ", TOKEN.sub(" ", label))
    return re.sub(r"[^\w]+", "-", unescape(words).strip().lower()).strip("-")[:60]


def _plain_text(html: str, mask: Mask) -> str:
    """Return the text part: links written out behind their words, tags kept in place."""
    body = html[html.find("<body") :]
    body = re.sub(r"<div style=\"display:none.*?</div>", "", body, count=1, flags=re.DOTALL)
    for block in BLOCKS:
        loop = mask.hide(block.in_text, as_comments=False)
        body = block.as_text(body, f"<div>{loop}</div>".replace("\n", "<br>"))
    body = re.sub(r"<!--lqz(\d+)zql-->", r"lqz\1zql", body)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = ANCHOR.sub(lambda found: f"{found[4]} &lt;{found[2]}&gt;" if re.sub(r"<[^>]*>", "", found[4]).strip() else "", body)
    body = re.sub(r"<(/?)(table|tbody|tr|td)\b[^>]*>", r"<\1div>", body)
    lines = [line.strip() for line in inscriptis.get_text(f"<html>{body}</html>").splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return mask.show(text) + "\n"
