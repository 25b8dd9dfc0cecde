"""Texts written on screen: a message, an offer and a survey, the dialogue that says them, and what becomes of those under way."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from duologue.cli.plans.applying import files_in_force
from duologue.engage.messages.models import MessageVersion
from duologue.platform.audit.models import AuditEntry
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from tests.web.browser.pictures import shown
from tests.web.browser.test_every_page import ALL, BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LONG = 60_000  # milliseconds; a busy machine is given time
MESSAGE = """# written on a Monday
message: thanks
subject: Thank you, {{ person.called }}
body: |
  Hello {{ person.called }},

  thank you for your order. [Have a look](https://shop.example/tea)
fallback: {person.called: there}
"""
SURVEY = """survey: drinks
title: What do you like?
questions:
  likes: {ask: What do you drink most?, options: {tea: Tea, coffee: Coffee}, fills: {fact: likes, purposes: [promotions]}}
"""
OFFER = "offer: small-thanks\nworth: 5%\nlasts: 14d\nsays: Five per cent off.\n"
DIALOGUE = """dialogue: thank-you
about: Thanks those who ordered
purpose: promotions
starts: [{event: Order Completed}]
turns:
  thanks:
    say: thanks
    by: [email]
    listen:
      - {clicked: any, then: end}
      - {silence: 3d, then: asks}
  asks:
    ask: drinks
    say: thanks
    by: [email]
    listen:
      - {answered: any, then: gives}
      - {silence: 7d, then: end}
  gives: {give: small-thanks, say: thanks, by: [email], listen: [{silence: 7d, then: end}]}
"""


def test_a_dialogue_and_all_that_it_says_is_written_on_screen(house, chromium):
    page = house.enter(chromium)
    a_message_is_written_and_read(house, page)
    a_survey_and_an_offer_are_written(house, page)
    a_dialogue_is_drafted_and_put_in_force(house, page)
    page.close()


def test_a_message_changes_and_those_under_way_are_asked_about(house, chromium):
    page = house.enter(chromium)
    it_is_said_from_now_on(house, page)
    those_under_way_go_on(house, page)
    somebody_else_was_quicker(house, page)
    page.close()


def a_message_is_written_and_read(house, page):
    house.open(page, "messages")
    page.get_by_role("link", name="New message").click()
    expect(page.frame_locator("iframe.mail").locator("body")).to_contain_text("thank you for your order", timeout=LONG)
    page.get_by_label("The text").fill(MESSAGE.replace("{person.called: there}", "{}"))
    expect(page.locator("#read")).to_contain_text("Line 3", timeout=LONG)
    page.get_by_label("The text").fill(MESSAGE)
    expect(page.locator("#read")).to_contain_text("It keeps to our voice", timeout=LONG)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is kept, as version 1.").wait_for()
    assert files_in_force(house.workspace)["messages/thanks.yaml"].decode() == MESSAGE
    expect(page.frame_locator("iframe.mail").locator("body")).to_contain_text("Hello there", timeout=LONG)


def a_survey_and_an_offer_are_written(house, page):
    origin = f"{house.origin}/{house.workspace.name}/texts"
    page.goto(f"{origin}/survey")
    page.get_by_label("The text").fill(SURVEY.replace("fact: likes", "topic: nothing-like-it").replace(", purposes: [promotions]", ""))
    expect(page.locator("#read")).to_contain_text("There is no topic", timeout=LONG)
    page.get_by_label("The text").fill(SURVEY)
    expect(page.locator("#read")).to_contain_text("What do you drink most?", timeout=LONG)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is kept, as version 1.").wait_for()
    page.goto(f"{origin}/offer")
    page.get_by_label("The text").fill(OFFER)
    expect(page.locator("#read")).to_contain_text("Five per cent off.", timeout=LONG)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is kept, as version 1.").wait_for()
    files = files_in_force(house.workspace)
    assert (files["surveys/drinks.yaml"].decode(), files["offers/small-thanks.yaml"].decode()) == (SURVEY, OFFER)


def a_dialogue_is_drafted_and_put_in_force(house, page):
    house.open(page, "dialogues")
    page.get_by_role("link", name="Write one").click()
    source = page.get_by_label("The text")
    source.fill(DIALOGUE.replace("say: thanks\n", "say: tanks\n", 1))
    expect(page.locator("#read")).to_contain_text("There is no message 'tanks'; did you mean 'thanks'?", timeout=LONG)
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_role("alert").get_by_text("Line 7:", exact=False).wait_for()
    page.get_by_role("button", name="Keep as draft").click()
    page.get_by_text("It is kept as a draft").wait_for()
    assert not DialogueVersion.within(house.workspace).filter(dialogue__name="thank-you").exists()
    page.get_by_role("link", name="Text and versions").click()
    page.get_by_role("link", name="Change it").click()
    source = page.get_by_label("dialogues/thank-you.yaml")
    source.fill(DIALOGUE)
    expect(page.locator("#read")).to_contain_text("It invites everyone who does “Order Completed”.", timeout=LONG)
    source.press("Control+Home")
    for _ in range(9):
        source.press("ArrowDown")
    page.get_by_role("button", name="they write back").click()
    assert "    listen:\n      - {clicked: any, then: end}\n      - {replied: any, then: end}\n" in source.input_value()
    page.evaluate(Axe().axe_script)
    assert page.evaluate(BROKEN, ALL) == []
    page.evaluate("scrollTo(0, 0)")
    shown(page, "dialogue-editor", 1280)
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_text("It is published, as version 1: start it when it is to begin.").wait_for()
    version = DialogueVersion.within(house.workspace).get(dialogue__name="thank-you")
    assert version.pins == {"messages": {"thanks": 1}, "surveys": {"drinks": 1}, "offers": {"small-thanks": 1}}


def it_is_said_from_now_on(house, page):
    before = Dialogue.within(house.workspace).get(name="win-back").current
    house.open(page, "message")
    page.get_by_role("link", name="Change it").click()
    source = page.get_by_label("messages/we-miss-you.yaml")
    written = source.input_value()
    source.fill(written.replace("subject: ", "subject: Hello! ", 1))
    assert page.get_by_role("checkbox", name="Win back").is_checked()
    shown(page, "message-editor", 1280)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is what win back says from now on.", exact=False).wait_for()
    version = MessageVersion.within(house.workspace).filter(message__name="we-miss-you").order_by("-number").first()
    dialogue = Dialogue.within(house.workspace).get(name="win-back")
    in_force = DialogueVersion.within(house.workspace).get(dialogue=dialogue, number=dialogue.current)
    assert (dialogue.current, in_force.pins["messages"]["we-miss-you"]) == (before + 1, version.number)


def those_under_way_go_on(house, page):
    house.open(page, "text")
    before = page.get_by_text("finish on it", exact=False).or_(page.get_by_text("finishes on it", exact=False))
    before.wait_for()
    page.get_by_role("link", name="Change it").click()
    source = page.get_by_label("dialogues/win-back.yaml")
    source.fill(source.input_value() + "# moved\n")
    page.get_by_role("radio", name="They go on in the new version").check()
    page.get_by_role("button", name="Put it in force").click()
    done = page.get_by_text("on in it.", exact=False)
    done.or_(page.get_by_role("alert")).first.wait_for()
    assert done.count() == 1, page.get_by_role("alert").inner_text()
    house.open(page, "text")
    page.get_by_text("in force", exact=True).wait_for()
    assert before.count() == 0
    said = AuditEntry.objects.filter(workspace=house.workspace, subject="win-back", action="publish dialogue").order_by("pk")
    assert said.last().detail["moved"] > 0


def somebody_else_was_quicker(house, page):
    page.get_by_role("link", name="Change it").click()
    source = page.get_by_label("dialogues/win-back.yaml")
    Dialogue.within(house.workspace).filter(name="win-back").update(draft="# another hand\n" + source.input_value())
    source.fill(source.input_value() + "# mine\n")
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_text("Somebody changed it while you wrote.", exact=False).wait_for()
    assert source.input_value().endswith("# mine\n")
