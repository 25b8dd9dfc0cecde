"""What holds for every page: no other origin, no sideways scroll on a phone, nothing serious for axe, no error in the console."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

WIDE_FRAMES = {"message", "mail"}  # they show mail as it is, which may ask for pictures that its frame then refuses


def test_no_page_asks_another_origin(house, chromium):
    page = house.enter(chromium)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name in house.pages.keys() - WIDE_FRAMES:
        house.open(page, name)
    assert [url for url in asked if not url.startswith((house.origin, "data:"))] == []
    assert errors == []


def test_frames_of_mail_load_nothing_from_elsewhere(house, chromium):
    page = house.enter(chromium)
    answered = []
    page.on("response", lambda response: answered.append(response.url))
    for name in WIDE_FRAMES:
        house.open(page, name)
        assert page.frames[1].locator("body").inner_text() != ""
    assert [url for url in answered if not url.startswith((house.origin, "data:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(house, chromium, scheme):
    page = house.enter(chromium, width=390, scheme=scheme)
    too_wide = {}
    for name in house.pages:
        house.open(page, name)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            too_wide[name] = width
    assert too_wide == {}


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_axe_finds_nothing_serious(house, chromium, width, scheme):
    page = house.enter(chromium, width=width, scheme=scheme)
    found = {}
    for name in house.pages:
        house.open(page, name)
        serious = [
            (broken["id"], broken["nodes"][0]["html"][:160], broken["nodes"][0].get("failureSummary", "")[:200])
            for broken in Axe().run(page)["violations"]
            if broken["impact"] in {"serious", "critical"}
        ]
        if serious:
            found[name] = serious
    assert found == {}
