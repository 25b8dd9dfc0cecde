"""From an empty screen to letters in the test mailbox, and the subject that did best, in virtual time."""

from __future__ import annotations

from collections import Counter

import pytest
from axe_core_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from duologue.cli.plans.applying import files_in_force
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.actions import note_outcome
from duologue.engage.messages.models import Delivery
from duologue.strategize.dialogues.models import Dialogue
from tests.engage.runs.conftest import shop  # noqa: F401 - a shop with people on a virtual clock
from tests.web import seed
from tests.web.browser.pictures import shown
from tests.web.browser.test_every_page import ALL, BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LETTER = 'Dear {{ person.called | default: "friend" }},\n\nit has begun.\n\n[See the spring](https://shop.example/spring)\n'


def subjects(shop):  # noqa: F811
    return Counter(KeptMail.within(shop.workspace).values_list("subject", flat=True))


def test_a_letter_from_an_empty_screen_to_the_subject_that_did_best(shop, live_server, chromium):  # noqa: F811
    shop.add_people(60)
    shop.segment("tea", shop.people)
    page = entered(shop, live_server, chromium)
    page.goto(live_server.url + reverse("engage:broadcasts", args=["shop"]))
    it_is_written_and_checked(shop, page)
    it_is_sent_to_the_first(shop, page)
    the_subject_that_did_best_goes_to_the_others(shop, page)
    the_page_is_sound_on_a_desk_and_on_a_phone(page)
    shop.adds_up()
    it_is_kept_as_text(shop)
    page.close()


def entered(shop, live_server, chromium):  # noqa: F811
    """Return a page of a browser that is signed in."""
    client = Client()
    client.force_login(seed.staff_for(shop.workspace), backend=settings.AUTHENTICATION_BACKENDS[-1])
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(60_000)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    return context.new_page()


def it_is_written_and_checked(shop, page):  # noqa: F811
    page.get_by_role("link", name="New broadcast").click()
    page.get_by_label("Name, for colleagues").fill("Spring sale")
    page.get_by_label("Segment").select_option(label="tea: 60 people")
    page.get_by_label("They agreed to get").select_option("promotions")
    page.get_by_label("Subject", exact=True).fill("Spring is here")
    page.get_by_label("Line beside the subject").fill("And we kept some for you")
    page.get_by_label("Letter, in Markdown").fill(LETTER)
    expect(page.frame_locator("iframe[name=preview]").get_by_text("Dear friend,")).to_be_visible()
    page.get_by_label("Subject 2").fill("Come and see")
    page.get_by_label("On a share of, %").fill("50")
    page.get_by_label("First only to").fill("20")
    page.get_by_role("button", name="Keep and check").click()
    page.get_by_text("60 people are in its audience. 60 would hear from it.").wait_for()
    page.get_by_text("60 of 60 in tea have no name to call them by.").wait_for()
    shown(page, "broadcast", 1440)
    assert not KeptMail.within(shop.workspace).exists()


def it_is_sent_to_the_first(shop, page):  # noqa: F811
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Send to 60 people").click()
    page.get_by_text("It is set to leave to 60 people.").wait_for()
    shop.advance(hours=1)
    assert sum(subjects(shop).values()) == 20
    page.reload()
    page.get_by_text("The first have their letter.", exact=False).wait_for()


def the_subject_that_did_best_goes_to_the_others(shop, page):  # noqa: F811
    second = Delivery.within(shop.workspace).filter(state="accepted", body__variant="second")
    note_outcome(workspace=shop.workspace, deliveries=list(second.values_list("pk", flat=True)), kind="responded", at=shop.now)
    shop.advance(hours=7)
    page.get_by_text("the others get this one").wait_for()  # it comes by itself
    assert sum(subjects(shop).values()) == 60
    assert subjects(shop)["Come and see"] > subjects(shop)["Spring is here"] > 0
    expect(page.locator(".meter")).to_have_attribute("aria-label", "60 of 60 letters have left")
    shown(page, "broadcast-numbers", 1440)


def the_page_is_sound_on_a_desk_and_on_a_phone(page):
    page.evaluate(Axe().axe_script)
    assert page.evaluate(BROKEN, ALL) == []
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def it_is_kept_as_text(shop):  # noqa: F811
    kept = files_in_force(shop.workspace)
    assert b"share: 50%" in kept["dialogues/spring-sale.yaml"]
    assert b"Come and see" in kept["messages/spring-sale.yaml"]
    assert Dialogue.within(shop.workspace).get(name="spring-sale").state == "live"
