"""Pictures of every page, for looking at: `make screens` writes them to ./screens, and those of the how-to pages to docs/screens."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

from duologue.engage.publishing.actions import Around, Text, publish
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.audit.actions import note
from duologue.platform.workspaces.queries import now
from tests.web.browser.pictures import LOW, clipped, made_small

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
    "growth": ("growth", 1280),
    "groups": ("groups", 1100),
    "received": ("link-map", 1280),
    "letters": ("letters", 1100),
    "webhook": ("webhook", 1280),
    "log": ("log", 1100),
    "retention": ("retention", 1100),
    "arrivals": ("arrivals", 1100),
    "purposes": ("purposes", 1100),
    "storyboard": ("storyboard", 1100),
    "forecast": ("forecast", 1280),
    "dialogue": ("dialogue", 1440),
    "setup": ("settings", 1280),
    "person": ("person", 1280),
    "mail-services": ("mail-services", 1100),
    "doubts": ("perhaps-sent", 1100),
}
"""Pages that a how-to shows: the picture's name and how wide it is."""
CARDS = {"ways-in": ("setup", "Ways in"), "ways-out": ("setup", "Ways out"), "visits": ("person", "Timeline")}
"""Cards that a how-to shows: the picture's name, the page and the card's heading."""
VISITS = (
    (9, "Page Viewed", {"title": "Stoneware", "path": "/stoneware", "referrer": "https://search.example/"}),
    (7, "Page Viewed", {"title": "Stoneware jug", "path": "/stoneware/jug"}),
    (6, "Size Chosen", {"size": "M"}),
    (4, "Basket Filled", {"value": 24.5}),
)
"""What a site's script told of a visitor: so many minutes ago, what, and more of it."""
NOT_STARTED = """\
dialogue: spring
about: Tells good customers who went quiet of the spring
purpose: promotions
audience: lapsed-good-customers
holdout: 10%
turns:
  hello: {say: we-miss-you, by: [email], listen: [{silence: 7d, then: end}]}
"""


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
    for action, subject in (("start dialogue", "win-back"), ("accept wording", "messages/we-miss-you.yaml"), ("add carrier", "postmark")):
        note(house.workspace, "Imogen Hart", action, subject)
    house.open(house.enter(chromium), "report")  # so that it is counted, and groups have figures
    for name, (picture, width) in IN_DOCS.items():
        page = house.enter(chromium, width=width)
        page.set_viewport_size({"width": width, "height": LOW})
        path = kept / f"{picture}.png"
        house.open(page, name).screenshot(path=path, full_page=True)
        made_small(path)
        assert 5_000 < path.stat().st_size < 120_000, picture
        page.context.close()
    the_launch_sheet_is_read(house, chromium, kept / "launch-sheet.png")
    the_visitor_looked_around(house)
    for picture, (name, heading) in CARDS.items():
        page = house.open(house.enter(chromium, width=1280), name)
        clipped(page, heading, kept / f"{picture}.png")
        assert 5_000 < (kept / f"{picture}.png").stat().st_size < 120_000, picture
        page.context.close()


def the_launch_sheet_is_read(house, chromium, path):
    publish(Around(house.workspace, now(house.workspace), None, frozenset()), Text("spring", NOT_STARTED))
    page = house.enter(chromium, width=1280)
    page.goto(house.origin + reverse("strategize:dialogue", args=[house.workspace.name, "spring"]))
    page.get_by_role("button", name="Start it").first.click()
    page.locator("#start .launch ul").wait_for()
    page.locator("#start").screenshot(path=path)
    made_small(path)
    assert 5_000 < path.stat().st_size < 120_000
    page.context.close()


def the_visitor_looked_around(house):
    at, person = now(house.workspace), house.filled["persons"][3]
    house.pages["person"] = reverse("people:person", args=[house.workspace.name, person])
    with transaction.atomic():
        write(
            workspace=house.workspace,
            events=[NewEvent(person, at - timedelta(minutes=ago), name, more, source="site") for ago, name, more in VISITS],
            now=at,
        )
