"""Markdown in the brand's look, as MJML."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from duologue.brand.book.rules import DARK_PAPER
from duologue.engage.messages.content import words

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look

MARKDOWN = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable("table")
BUTTON = re.compile(r"<p>\s*(<a [^>]*>)(.*?)</a>\s*</p>", re.DOTALL)
DARK, LIGHT_INK = "#101214", "#e8eaed"
HEAD_END = re.compile(r"</mj-body\s*>")


def to_html(markdown: str) -> str:
    """Return the HTML of a Markdown text."""
    return str(MARKDOWN.render(markdown))


def page(body: str, *, preview: str, look: Look, footer: str) -> str:
    """Return a whole MJML document round the HTML of a body. A paragraph that is one link becomes a button."""
    blocks, at = [], 0
    for button in BUTTON.finditer(body):
        if "</a>" in button[2] or "<img" in button[2]:
            continue
        blocks.append(_text(body[at : button.start()], look))
        blocks.append(_button(button[1], button[2], look))
        at = button.end()
    blocks.append(_text(body[at:], look))
    head = (
        f'<mj-image src="{look.logo}" alt="{escape(look.name)}" width="120px" align="left" css-class="logo" />'
        if look.logo
        else _name(look)
    )
    return (
        f"<mjml><mj-head><mj-title>{escape(look.name)}</mj-title><mj-preview>{escape(preview)}</mj-preview>"
        f'<mj-attributes><mj-all font-family="{escape(look.font)}" /></mj-attributes>'
        f"<mj-style>a {{ color: {look.link}; }} h1, h2, h3 {{ line-height: 1.25; }} img {{ max-width: 100%; }}</mj-style>"
        f"<mj-style>{_in_the_dark(look)}</mj-style>"
        '<mj-raw><meta name="color-scheme" content="light dark"></mj-raw></mj-head>'
        f'<mj-body background-color="{look.ground}" css-class="ground">'
        f'<mj-section padding="24px 0 0"><mj-column>{head}</mj-column></mj-section>'
        f'<mj-section background-color="{look.paper}" border-radius="6px" css-class="paper"><mj-column>'
        f"{''.join(blocks)}</mj-column></mj-section>{footer}</mj-body></mjml>"
    )


def footer(look: Look, locale: str, *, is_promotion: bool, is_about: bool = False) -> str:
    """Return the standing last section: who writes, why, and how to have it otherwise.

    What is about somebody else (`is_about`) says only who writes: the pages are that person's.
    """
    said = words.of(words.FOOTER, locale)
    links = [] if is_about else [("web", "link.web"), ("why", "link.why"), ("preferences", "link.preferences")]
    if is_promotion and not is_about:
        links += [("not_now", "link.not_now"), ("unsubscribe", "link.unsubscribe")]
    row = " &nbsp;·&nbsp; ".join(
        f'<a href="{{{{ {path} }}}}" style="color:{look.ink};text-decoration:underline">{said[word]}</a>' for word, path in links
    )
    standing = to_html(look.footer).strip() if look.footer else f"<p>{escape(look.name)}</p>"
    return (
        f'<mj-section padding="8px 0 32px"><mj-column><mj-text font-size="12px" line-height="1.6" color="{look.ink}">'
        f"{standing}{f'<p>{row}</p>' if row else ''}</mj-text></mj-column></mj-section>"
    )


def with_footer(mjml: str, footer_section: str) -> str:
    """Put the standing section at the end of a document of one's own, unless it has the links already."""
    if "link.unsubscribe" in mjml:
        return mjml
    return HEAD_END.sub(lambda end: footer_section + end[0], mjml, count=1)


def _in_the_dark(look: Look) -> str:
    """Return the rules for people who have set their machine to dark: dark paper, light words, the accent where it can be read."""
    return (
        f"@media (prefers-color-scheme: dark) {{ body, .ground {{ background: {DARK} !important; }} "
        f".paper, .paper > table, .pale {{ background: {DARK_PAPER} !important; }} "
        f".ground, .ground div, .ground p, .ground li, .ground td, .ground th, .ground span, .ground h1, .ground h2, .ground h3 "
        f"{{ color: {LIGHT_INK} !important; }} .ground a {{ color: {look.link_dark} !important; }} "
        f".ground a.button {{ color: {look.on_accent} !important; }} "
        ".logo img { background: #ffffff; color: #1a1c1f; border-radius: 4px; } }"
    )


def _text(html: str, look: Look) -> str:
    if not html.strip():
        return ""
    return f'<mj-text font-size="16px" line-height="1.55" color="{look.ink}">{html}</mj-text>'


def _button(opening: str, label: str, look: Look) -> str:
    return (
        f'<mj-text padding="14px 25px">{opening[:-1]} class="button" style="display:inline-block;background:{look.accent};'
        f"color:{look.on_accent};font-size:16px;"
        f'font-weight:600;text-decoration:none;padding:12px 22px;border-radius:6px">{label}</a></mj-text>'
    )


def _name(look: Look) -> str:
    return f'<mj-text font-size="18px" font-weight="700" color="{look.ink}">{escape(look.name)}</mj-text>'
