"""What a page of a site weighs as it is served, and all there is to look at in a site before it is published."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.brand.book.queries import current as current_book
from duologue.brand.wording.rules.passages import found
from duologue.engage.sites.rendering import rendered
from duologue.engage.sites.worded import passages, wording

if TYPE_CHECKING:
    from duologue.brand.wording.rules.passages import Finding
    from duologue.engage.sites.rules.page import Site
    from duologue.platform.workspaces.models import Workspace

MOST: Final = 50_000
"""Bytes of a page with its style, unpacked, beyond which it is said that it is heavy; pictures come on their own and are not counted."""


@dataclass(slots=True, frozen=True)
class Weight:
    """What a page weighs in bytes: its HTML, its style, and both as gzip packs them."""

    locale: str
    html: int
    style: int
    packed: int

    @property
    def whole(self) -> int:
        """Return what a browser holds of it, unpacked."""
        return self.html + self.style


def weights(workspace: Workspace, site: Site) -> list[Weight]:
    """Return what the page of a site weighs in each of its languages, for somebody who is not known."""
    made = []
    for locale in dict.fromkeys([site.locale or workspace.locale, *site.locales]):
        html, style = rendered(workspace, site, locale)
        made.append(Weight(locale, len(html), len(style), len(gzip.compress(html)) + len(gzip.compress(style))))
    return made


def findings(workspace: Workspace, site: Site) -> list[Finding]:
    """Return what to look at in a site: its words, as the brand book would read them, and what its page weighs."""
    return [*wording(site, current_book(workspace), workspace.locale), *_heavy(workspace, site)]


def _heavy(workspace: Workspace, site: Site) -> list[Finding]:
    heaviest = max(weights(workspace, site), key=lambda one: one.whole)
    if heaviest.whole <= MOST:
        return []
    longest = max(passages(site, workspace.locale), key=lambda one: len(one.text))
    which = f" in {heaviest.locale}" if site.locales else ""
    says = (
        f"This page weighs {_kilobytes(heaviest.whole)}{which}: {_kilobytes(heaviest.html)} of words and forms, "
        f"{_kilobytes(heaviest.style)} of style; {_kilobytes(heaviest.packed)} where a proxy packs it with gzip. Pictures are not counted."
    )
    do = (
        f"Keep it under {_kilobytes(MOST)}, so that it opens at once on a telephone. "
        "This is its longest text: give a part a page of its own."
    )
    first = longest.text.split("\n", maxsplit=1)[0][:80]
    return [found(longest, (0, len(first)), tone="warn", about="weight", says=says, do=do)]


def _kilobytes(number: int) -> str:
    return f"{-(-number // 1000)} kB"
