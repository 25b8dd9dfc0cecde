"""What holds for every page: no other origin, no sideways scroll on a phone, nothing serious for axe, no error in the console."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe

from tests.web.test_classes import left_out

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]  # a busy machine is given time; alone it takes seconds

WIDE_FRAMES = {"message", "mail", "received"}  # they show mail as it is, which may ask for pictures that its frame then refuses
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
ALL = {"resultTypes": ["violations"]}
PHONE, DESK = 390, 1440
SETTLED = """async width => { // charts follow a new width a moment later
    for (let tries = 0; tries < 30 && document.documentElement.scrollWidth > width; tries++)
        await new Promise(done => setTimeout(done, 50));
    return document.documentElement.scrollWidth;
}"""
BROKEN = """options => axe.run(options).then(found => found.violations
    .filter(one => one.impact === "serious" || one.impact === "critical")
    .map(one => [one.id, one.nodes[0].html.slice(0, 160), (one.nodes[0].failureSummary || "").slice(0, 200)]))"""

CLASSES = """() => [...new Set([...document.querySelectorAll("[class]")].flatMap(one => [...one.classList]))]"""


def test_frames_of_mail_load_nothing_from_elsewhere(house, chromium):
    page = house.enter(chromium)
    answered = []
    page.on("response", lambda response: answered.append(response.url))
    for name in WIDE_FRAMES:
        house.open(page, name)
        assert page.frames[1].locator("body").inner_text() != ""
    assert [url for url in answered if not url.startswith((house.origin, "data:"))] == []


@pytest.mark.first
def test_every_page_is_sound_in_light_and_dark_on_a_phone_and_on_a_desk(house, chromium):
    page = house.enter(chromium, width=PHONE)
    page.add_init_script(f"if (window === top) {{ {Axe().axe_script} }}")  # half a megabyte: sent once, not to each page
    elsewhere, errors, too_wide, serious, classes = [], [], {}, {}, set()
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith((house.origin, "data:")) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    looks = [(PHONE, "light", CONTRAST), (PHONE, "dark", CONTRAST), (DESK, "dark", CONTRAST), (DESK, "light", ALL)]
    for name in house.pages:
        house.open(page, name)
        classes.update(page.evaluate(CLASSES))
        for width, scheme, seen in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            if (shown := page.evaluate(SETTLED, width)) > width:
                too_wide[f"{name} at {width}"] = shown
            if found := page.evaluate(BROKEN, seen):
                serious[f"{name} at {width}, {scheme}"] = found
        looks.reverse()  # the next page opens as this one was looked at last, which leaves less to draw anew
        if name in WIDE_FRAMES:
            elsewhere.clear()
    assert (elsewhere, errors, too_wide, serious) == ([], [], {}, {})
    assert classes & left_out() == set()
