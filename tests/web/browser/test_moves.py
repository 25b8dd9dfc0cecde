"""A move from another tool, as its page tells it, and then seen on screen: who came along, and the first dialogue."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from duologue.platform.workspaces.models import Workspace
from tests.docs.conftest import walker, web  # noqa: F401 - somebody who follows a page
from tests.docs.pages import DOCS
from tests.web import seed
from tests.web.browser.pictures import shown

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.parametrize(
    ("tool", "dialogue", "says"),
    [("listmonk", "which-tea", "Ask readers which tea they like"), ("mailchimp", "welcome", "")],
)
def test_a_move_is_seen_on_screen(walker, live_server, chromium, tool, dialogue, says):  # noqa: F811
    walker.walk(DOCS / "how-to" / f"move-from-{tool}.md")
    workspace = Workspace.objects.get(name="tea")
    client = Client()
    client.force_login(seed.staff_for(workspace), backend=settings.AUTHENTICATION_BACKENDS[-1])
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("strategize:dialogue", args=["tea", dialogue]))
    page.get_by_text("Live since", exact=False).first.wait_for()
    assert says in page.locator("main").inner_text()
    assert page.locator(".equation .total").first.inner_text().split()[0] != "0"
    shown(page, f"moved-from-{tool}", 1280)
    page.close()
