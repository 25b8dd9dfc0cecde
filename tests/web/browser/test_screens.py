"""Pictures of every page, for looking at: `make screens` writes them to ./screens, and those of the how-to pages to docs/screens."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]

SCREENS = Path(__file__).parents[3] / "screens"
IN_DOCS = {"preferences": "preferences", "known": "own-data"}


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
    page = house.enter(chromium, width=760)
    for name, picture in IN_DOCS.items():
        house.open(page, name)
        page.screenshot(path=SCREENS.parent / "docs" / "screens" / f"{picture}.png", full_page=True)
