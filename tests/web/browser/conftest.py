"""A real browser on a filled workspace. Marked `browser`: where there is no chromium, these tests cannot run."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now
from tests.web import seed
from tests.web.addresses import open_to_all, pages
from tests.web.browser.opened import CHROMIUM, OPENED


@pytest.fixture
def chromium():
    """The browser; what a test opened in it is closed after the test."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    browser = OPENED.browser()
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture
def house(transactional_db, live_server):
    """A filled workspace behind a live server: its origin, its pages, and a cookie of its owner."""
    workspace = create_workspace(name="shop", title="Holt & Wren", clock_at="2026-01-05T12:00:00+00:00", timezone="Europe/London")
    filled = seed.fill(workspace, now(workspace), people=12)
    client = Client()
    client.force_login(seed.staff_for(workspace), backend=settings.AUTHENTICATION_BACKENDS[-1])
    return House(workspace, filled, live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)


class House:
    def __init__(self, workspace, filled, origin, session):
        self.workspace, self.filled, self.origin, self.session = workspace, filled, origin, session
        self.pages = {**pages(workspace, filled), **open_to_all(workspace)}

    def enter(self, chromium, *, width=1440, scheme="light"):
        """Return a page of a browser that is signed in."""
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": self.session, "url": self.origin}])
        return context.new_page()

    def open(self, page, name):
        page.goto(self.origin + self.pages[name], wait_until="load")
        return page
