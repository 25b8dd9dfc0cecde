"""A complaint from the queue to being handed back; and praise from a phone to everybody's eyes, and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from duologue.engage.contributions.models import Contribution
from duologue.engage.conversations.actions import answer
from duologue.engage.conversations.models import Conversation, Entry, GoodwillGift
from duologue.platform.workspaces.queries import now
from tests.engage.contributions.pictures import a_photo
from tests.web import seed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_complaint_is_taken_answered_with_ready_words_and_a_gift_and_handed_back(house, chromium):
    page = house.open(house.enter(chromium), "inbox")
    assert [one.inner_text().split("\n")[0] for one in page.locator(".queue .tags").all()][:2] == ["late by 20 minutes", "due in 2 hours"]
    page.locator(".queue a").first.click()
    page.get_by_role("button", name="Take it").click()
    page.get_by_text("It is yours now.").wait_for()
    box = page.get_by_label("Your answer")
    box.press_sequentially("Dear Ruth,")
    page.keyboard.press("Shift+Tab")  # back to the button, and to the list before it: all by keyboard
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("w")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(box).to_have_value(re.compile("thank you for telling us"))
    assert box.input_value().startswith("Dear Ruth,\n\nDear Ruth,")
    assert box.evaluate("box => box === document.activeElement")
    one = Conversation.within(house.workspace).get(assigned__email="imogen@shop.example")
    ben = seed.staff_for(house.workspace, "care", "ben@shop.example")
    answer(workspace=house.workspace, conversation=one.pk, text="I am on it.", staff=ben, now=now(house.workspace))
    page.get_by_label("Give with it").select_option("ten-percent")
    page.get_by_role("button", name="Send answer").click()
    page.get_by_text("answered while this was written", exact=False).wait_for()
    assert (box.input_value()[:10], GoodwillGift.within(house.workspace).count()) == ("Dear Ruth,", 0)
    page.get_by_role("button", name="Send answer").click()
    page.get_by_text("Your answer is on its way, with what you gave.").wait_for()
    assert "Your code is" in Entry.within(house.workspace).filter(staff__email="imogen@shop.example").get().text
    plain = chromium.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    still = plain.new_page()
    still.goto(page.url)
    still.get_by_label("Your answer").fill("One more thing.")
    still.get_by_label("Ready answer").select_option("post")
    still.get_by_role("button", name="Put in").click()
    assert still.get_by_label("Your answer").input_value() == "One more thing.\n\nI am sorry. A new one leaves us today."
    page.get_by_label("How did it end?").select_option("apologised")
    page.get_by_role("button", name="Close and hand back").click()
    page.get_by_text("Closed: apologised", exact=False).first.wait_for()
    one.refresh_from_db()
    assert (one.state, one.held_by) == ("closed", "automation")


def test_praise_is_given_looked_at_shown_and_taken_back(house, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    phone = house.open(context.new_page(), "giving")
    phone.get_by_label("5", exact=True).check()
    phone.get_by_label("What would you tell a friend?").fill("It smells of summer.")
    phone.get_by_label("You may show this with my first name.").first.check()
    photo = {"name": "jug.png", "mimeType": "image/png", "buffer": a_photo(900, 600, "PNG")}
    phone.get_by_label("A photo of it in use?").set_input_files(photo)
    phone.get_by_role("button", name="Send").click()
    phone.get_by_role("status").wait_for()
    page = house.open(house.enter(chromium), "contributions")
    given = page.locator("article", has_text="It smells of summer.")
    given.get_by_label("Shown as").fill("Ruth from Ludlow")
    given.get_by_role("button", name="Show it").click()
    page.get_by_text("Everybody can see it now").wait_for()
    unasked = page.locator("article", has=page.locator("img"))
    assert unasked.get_by_text("they have not agreed to it being shown").is_visible()
    unasked.get_by_text("Decline", exact=True).click()
    unasked.get_by_label("Why").fill("A neighbour is in it")
    unasked.get_by_role("button", name="Decline it").click()
    page.get_by_text("It is not shown.").wait_for()
    assert set(Contribution.within(house.workspace).filter(state="declined").values_list("reason", flat=True)) == {"A neighbour is in it"}
    house.open(page, "voices")
    assert page.locator(".voice img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 480
    house.open(phone, "voices")
    assert phone.get_by_text("Ruth from Ludlow").is_visible()
    house.open(phone, "preferences")
    phone.get_by_role("checkbox", name="Showing what you say").uncheck()
    phone.get_by_role("button", name="Save").click()
    assert "Showing what you say, to everybody: no" in phone.get_by_role("status").inner_text().replace("\n", " ")
    house.open(phone, "voices")
    assert not phone.get_by_text("Ruth from Ludlow").is_visible()
