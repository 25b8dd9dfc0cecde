"""Pictures of every page, for looking at: `make screens` writes them to ./screens."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]

SCREENS = Path(__file__).parents[3] / "screens"


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
