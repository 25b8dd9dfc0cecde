"""From a brand book written on screen to a letter that keeps to it, the records that prove it, and what to call its reader."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from duologue.brand.book.rules import DARK_PAPER, READABLE
from duologue.brand.wording.models import AcceptedWording
from duologue.kit.colour import contrast
from duologue.people.profiles.queries import people
from tests.engage.channels.domains.names import serving
from tests.web.browser.pictures import shown
from tests.web.browser.test_every_page import ALL, BROKEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
BOOK = """name: Holt & Wren
promise: Something nobody else has
value: Things made within a day's walk, by people we know.
promises:
  - {name: one-of-a-kind, says: One of a kind., proof: Every maker is named on the label.}
  - {name: in-time, says: Nine of ten parcels arrive within two days.}
voice: {tone: "Warm, plain, exact.", never_says: {cheap: good value, hurry: ""}}
never_about: [{politics: [election]}]
look: {colours: {accent: "#1f4d3a", ink: "#2b2326", paper: "#ffffff", ground: "#faf6ee"}}
senders: {email: {name: Imogen at Holt & Wren, address: imogen@holtandwren.shop}}
footer: Holt & Wren Ltd, 3 Broad Street, Ludlow
"""
LETTER = 'Dear {{ person.called | default: "friend" }},\n\nso cheap, so soon.\n\n[See the spring](https://holtandwren.shop/spring)\n'
ZONE = {
    "holtandwren.shop TXT": ["v=spf1 mx ~all", "v=spf1 include:mailgun.org ~all"],
    "mailgun.org TXT": ["v=spf1 ip4:192.0.2.0/24 ~all"],
    "holtandwren.shop MX": ["10 mx.holtandwren.shop."],
    "_dmarc.holtandwren.shop TXT": ["v=DMARC1; p=quarantine; rua=mailto:ada@holtandwren.shop"],
}


def sound(page):
    page.evaluate(Axe().axe_script)
    assert page.evaluate(BROKEN, ALL) == []


def test_a_brand_book_and_a_letter_that_keeps_to_it(house, chromium, settings):
    page = house.enter(chromium)
    the_book_is_written_and_an_older_one_brought_back(house, page)
    what_is_never_said_is_found_while_writing_and_may_stay(house, page)
    with serving(ZONE) as settings.DNS:
        the_records_of_the_sender_are_looked_at(house, page)
    a_letter_can_be_read_in_the_dark(house, chromium)
    a_reader_says_what_to_call_them(house, page)


def the_book_is_written_and_an_older_one_brought_back(house, page):
    house.open(page, "book")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("brand.yaml").fill(BOOK.replace("#1f4d3a", "green"))
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_text("Line 9: 'green' is no colour", exact=False).wait_for()
    page.get_by_label("brand.yaml").fill(BOOK)
    page.get_by_role("button", name="Put it in force").click()
    page.get_by_text("Version 2 is in force.").wait_for()
    page.get_by_role("link", name="Version 1", exact=True).click()
    page.get_by_role("button", name="Bring version 1 back").click()
    page.get_by_text("Version 1 is in force again, as version 3.").wait_for()
    page.get_by_role("link", name="Version 2", exact=True).click()
    page.get_by_text("What is different now").wait_for()
    page.get_by_role("button", name="Bring version 2 back").click()
    page.get_by_text("brought back version 2").wait_for()
    sound(page)
    shown(page, "brand-book")


def what_is_never_said_is_found_while_writing_and_may_stay(house, page):
    house.open(page, "new-broadcast")
    page.get_by_label("Name, for colleagues").fill("Spring news")
    page.get_by_label("Segment").select_option(index=1)
    page.get_by_label("Subject", exact=True).fill("Spring is here")
    page.get_by_label("Letter, in Markdown").fill(LETTER)
    expect(page.locator("#wording mark")).to_have_text("cheap")  # it comes as one types
    page.get_by_role("button", name="Show it in the letter").click()
    assert (
        page.evaluate("getSelection().toString() || (e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
        == "cheap"
    )
    page.get_by_role("button", name="Keep and check").click()
    page.get_by_text("It may stay", exact=True).click()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Subject", exact=True).dispatch_event("input")
    expect(page.get_by_label("Why it may stay")).to_be_visible()  # what is read anew does not take it away
    sound(page)
    shown(page, "wording", 1440)
    page.get_by_label("Why it may stay").fill("It is the name of our bird.")
    page.get_by_role("button", name="Let it stay").click()
    page.get_by_text("The reason is kept in the log.", exact=False).wait_for()
    page.get_by_text("1 accepted").wait_for()
    assert AcceptedWording.within(house.workspace).get().of == "messages/spring-news.yaml"


def the_records_of_the_sender_are_looked_at(house, page):
    house.open(page, "senders")
    page.get_by_text("There are two SPF records at holtandwren.shop", exact=False).wait_for()
    page.get_by_role("button", name="Make the key").click()
    page.get_by_text("There is no DKIM key at duologue._domainkey.holtandwren.shop", exact=False).wait_for()
    page.get_by_role("button", name="Copy the text").first.click()
    page.get_by_text("Copied.").wait_for()
    sound(page)
    shown(page, "senders")
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def a_letter_can_be_read_in_the_dark(house, chromium):
    dark = house.open(house.enter(chromium, scheme="dark"), "message").frames[1]
    dark.wait_for_selector(".paper")
    seen = dark.evaluate("""() => ["p", "a.button", ".paper ~ div a"].map(where => {
        const one = document.querySelector(where), hex = text => "#" + text.match(/\\d+/g).slice(0, 3).map(n => (+n).toString(16).padStart(2, "0")).join("");
        let behind = one; while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
        return [where, hex(getComputedStyle(one).color), hex(getComputedStyle(behind).backgroundColor)]; })""")
    assert [(where, words, behind) for where, words, behind in seen if contrast(words, behind) < READABLE] == []
    assert ["p", "#e8eaed", DARK_PAPER] in seen


def a_reader_says_what_to_call_them(house, page):
    house.open(page, "preferences")
    page.get_by_label("What shall we call you?").fill("Bea")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("What shall we call you?: Bea").wait_for()
    person = house.filled["persons"][0]
    assert "Bea" in [one.facts.get("called") for one in people(house.workspace, house.filled["persons"]).values()], person
