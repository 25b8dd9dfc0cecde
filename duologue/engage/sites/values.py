"""What a page says, with what is known of whoever reads it: Markdown as HTML, values filled in last."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt

from duologue.engage.messages.content.mask import Mask
from duologue.engage.templates.liquid import ContentFailed, Template, paths, unguarded
from duologue.people.names.rules import with_called

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duologue.engage.sites.rules.page import Block, Site
    from duologue.kit.yaml import Document, Place

MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
ROOTS: Final = ("person", "brand")


def html(markdown: str, values: Mapping[str, Any]) -> str:
    """Return a Markdown text as HTML with its values filled in, each escaped. Raises ContentFailed."""
    return _filled(_compiled(markdown), values) if markdown.strip() else ""


def line(text: str, values: Mapping[str, Any]) -> str:
    """Return a line that is no Markdown with its values filled in, as text. Raises ContentFailed."""
    return _in_text(text).render(values) if "{" in text else text


def values_of(facts: Mapping[str, Any], fallback: Mapping[str, str], brand: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that a page may name: of the person what is known, and else what stands in for it."""
    person = with_called(facts)
    for path, instead in fallback.items():
        key = path.removeprefix("person.")
        if person.get(key) in {None, ""}:
            person[key] = instead
    return {"person": person, "brand": dict(brand)}


def mistakes(document: Document, site: Site) -> None:
    """Refuse values that a page cannot name, and those that may be missing with nothing to stand in for them."""
    for place, text in _texts(site):
        try:
            read = paths(text)
        except ContentFailed as failed:
            document.refuse(place, f"{failed}.")
            continue
        for path in sorted(read):
            if path.split(".")[0] not in ROOTS:
                document.refuse(place, f"{{{{ {path} }}}} is not known; the values of a site begin with {' or '.join(ROOTS)}.")
        for path in sorted(unguarded(text)):
            if path.startswith("person.") and path not in site.fallback:
                sentence = f'{{{{ {path} }}}} is not known of everybody; add  fallback: {{{path}: …}}  or  | default: "…"  to it.'
                document.refuse(place, sentence)


def _texts(site: Site) -> Iterator[tuple[Place, str]]:
    yield from _texts_of((), site.title, site.text, site.thanks, site.blocks)
    for name, form in site.forms.items():
        yield ("forms", name, "thanks"), form.thanks
    for locale, words in site.locales.items():
        yield from _texts_of(("locales", locale), words.title, words.text, words.thanks, words.blocks)
        for name, said in words.forms.items():
            yield ("locales", locale, "forms", name, "thanks"), said.thanks


def _texts_of(place: Place, title: str, text: str, thanks: str, blocks: tuple[Block, ...]) -> Iterator[tuple[Place, str]]:
    yield from (((*place, "title"), title), ((*place, "text"), text), ((*place, "thanks"), thanks))
    for index, block in enumerate(blocks):
        yield from (((*place, "blocks", index), said) for said in (block.text, block.quote, block.button))


@lru_cache(maxsize=512)
def _compiled(markdown: str) -> str | Template:
    mask = Mask()
    made = mask.show(mask.free_paragraphs(str(MARKDOWN.render(mask.hide(markdown, as_comments=False)))))
    return Template(made, escape=True) if mask.pieces else made


@lru_cache(maxsize=512)
def _in_text(text: str) -> Template:
    return Template(text, escape=False)


def _filled(compiled: str | Template, values: Mapping[str, Any]) -> str:
    return compiled if isinstance(compiled, str) else compiled.render(values)
