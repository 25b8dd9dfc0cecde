"""Pictures of every page, for looking at: `make screens` writes them to ./screens, and those of the how-to pages to docs/screens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]

SCREENS = Path(__file__).parents[3] / "screens"
IN_DOCS = {
    "preferences": ("preferences", 760),
    "known": ("own-data", 760),
    "all_perks": ("perks", 420),
    "owed": ("owed", 1100),
    "products": ("products", 1100),
    "inbox": ("inbox", 1100),
    "conversation": ("conversation", 1440),
    "contributions": ("contributions", 1100),
    "giving": ("giving", 760),
    "site": ("site", 760),
    "site-draft": ("site-draft", 1280),
    "dialogue-wording": ("dialogue-wording", 1100),
    "mail-services": ("mail-services", 1100),
}
"""Pages that a how-to shows: the picture's name and how wide it is."""


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screens(house, chromium, width, scheme):
    SCREENS.mkdir(exist_ok=True)
    page = house.enter(chromium, width=width, scheme=scheme)
    for name in house.pages:
        house.open(page, name)
        path = SCREENS / f"{name}-{width}-{scheme}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 5_000


def test_pictures_of_the_how_to_pages(house, chromium):
    """Into the documentation only where pictures are asked for (`make screens`)."""
    kept = SCREENS.parent / "docs" / "screens" if os.environ.get("DUOLOGUE_SCREENS") else SCREENS
    kept.mkdir(exist_ok=True)
    for name, (picture, width) in IN_DOCS.items():
        page = house.open(house.enter(chromium, width=width), name)
        path = kept / f"{picture}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 5_000
