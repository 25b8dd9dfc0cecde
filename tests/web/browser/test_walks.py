"""One walk through each stage, as someone working there would take it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from duologue.brand.catalogue.models import Feed
from duologue.brand.catalogue.queries import watch
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages.tasks import send_due
from duologue.engage.perks.models import Perk
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue
from tests.web import seed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_signing_in_and_stopping_everything(house, chromium):
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(house.origin + house.pages["home"])
    page.get_by_label("Email").fill("imogen@shop.example")
    page.get_by_label("Password", exact=False).first.fill(seed.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/**")
    page.get_by_role("button", name="Stop all sending").first.click()
    page.get_by_label("Why, for the others").fill("A typing mistake in the price")
    page.get_by_role("dialog").get_by_role("button", name="Stop all sending").click()
    page.get_by_text("All sending is stopped since", exact=False).wait_for()
    house.workspace.refresh_from_db()
    assert house.workspace.sending_stopped_because == "A typing mistake in the price"
    page.get_by_role("button", name="Send again").click()
    page.get_by_text("Sending goes on", exact=False).wait_for()
    house.workspace.refresh_from_db()
    assert house.workspace.sending_stopped_at is None
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"stop all sending", "resume sending"}


def test_people_are_found_and_told(house, chromium):
    page = house.open(house.enter(chromium), "people")
    page.keyboard.press("/")
    page.keyboard.type("ruth pem")
    page.get_by_role("link", name="Tom Ashdown", exact=True).wait_for(state="detached")  # found while typing, without loading the page anew
    page.wait_for_url("**/people/?q=ruth%20pem")
    assert page.get_by_label("Find people").input_value() == "ruth pem"
    page.get_by_role("link", name="Ruth Pemberton", exact=True).click()
    page.get_by_role("heading", name="Ruth Pemberton").wait_for()
    assert page.get_by_text("Beeswax candle · £42.50").is_visible()
    page.get_by_text("Note what was said about it").click()
    page.get_by_label("Purpose").select_option("promotions")
    page.get_by_role("button", name="They withdrew").click()
    page.get_by_text("not allowed").wait_for()


def test_brand(house, chromium):
    page = house.open(house.enter(chromium), "book")
    assert page.get_by_text("Every maker is named on the label.", exact=False).is_visible()
    page.get_by_role("link", name="Personas", exact=True).click()
    page.get_by_role("link", name="lapsed good customers").click()
    page.get_by_text("did “Order Completed” at least 2 times in the last 730 days", exact=False).wait_for()


def test_the_catalogue_is_searched_looked_at_and_fed(house, chromium):
    page = house.open(house.enter(chromium), "products")
    assert page.get_by_text("The feed google changed nothing.").is_visible()
    page.get_by_label("Find products").fill("bees p-1")
    page.get_by_role("link", name="Stoneware jug").wait_for(state="detached")
    page.get_by_role("link", name="Beeswax candle no. 1").click()
    page.get_by_role("heading", name="Beeswax candle no. 1").wait_for()
    assert page.get_by_role("row", name="£12.50 -17%").is_visible()
    assert page.get_by_text("Back in stock").is_visible()
    assert page.locator(".key", has_text="People").inner_text().split() == ["People", "3"]
    page.get_by_role("link", name="Products", exact=True).last.click()
    page.get_by_label("Show").select_option("gone")
    page.get_by_role("link", name="Tin", exact=True).wait_for()
    page.get_by_role("link", name="Stoneware jug").wait_for(state="detached")
    page.get_by_role("link", name="Feeds and what is told").click()
    page.get_by_text("2 lines were refused").click()
    assert page.get_by_text("line 977").is_visible()
    page.get_by_label("Name").fill("bing")
    page.get_by_label("Address").fill("http://shop.example/feed.xml")
    page.get_by_role("button", name="Fetch it").click()
    page.get_by_text("begins with https://").wait_for()
    page.get_by_label("Name").fill("bing")
    page.get_by_label("Address").fill("https://shop.example/feed.xml")
    page.get_by_role("button", name="Fetch it").click()
    page.get_by_role("heading", name="bing").wait_for()
    page.get_by_label("“Cheaper”", exact=False).fill("20")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("From now on that is told.").wait_for()
    assert watch(house.workspace).least_drop == 20
    assert Feed.within(house.workspace).filter(name="bing", every=360).exists()


def test_strategize_pauses_and_goes_on(house, chromium):
    page = house.open(house.enter(chromium), "dialogue")
    assert [cue.inner_text() for cue in page.locator(".cue a").all()] == ["invite", "why", "gift", "last", "care"]
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_label("Why").fill("Wrong picture")
    page.get_by_role("button", name="Pause it").click()
    page.get_by_text("Paused: Wrong picture").wait_for()
    assert Dialogue.within(house.workspace).get(name="win-back").state == "paused"
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("Live since", exact=False).first.wait_for()
    assert Dialogue.within(house.workspace).get(name="win-back").state == "live"


def test_engage_answers_closes_and_redeems(house, chromium):
    page = house.open(house.enter(chromium), "inbox")
    page.locator(".queue a").first.click()
    page.evaluate("window.stayed = true")  # gone if the page were loaded anew
    page.get_by_label("Your answer").fill("Dear Ruth, I am sorry. A new jug is on its way.")
    page.get_by_role("button", name="Send answer").click()
    page.get_by_text("Your answer is on its way.").wait_for()
    assert page.evaluate("window.stayed")
    page.get_by_label("How did it end?").select_option("solved")
    page.get_by_role("button", name="Close and hand back").click()
    page.get_by_text("Closed: solved", exact=False).first.wait_for()
    assert Conversation.within(house.workspace).filter(state="closed").count() == 1
    perk = Perk.within(house.workspace).first()
    house.open(page, "till")
    page.get_by_label("Code").fill(perk.code)
    page.get_by_label("Order number").fill("A-7")
    page.get_by_role("button", name="Redeem").click()
    page.get_by_text("Redeemed: ten percent.").wait_for()
    page.get_by_label("Code").fill(perk.code)
    page.get_by_label("Order number").fill("A-8")
    page.get_by_role("button", name="Redeem").click()
    page.get_by_text("This code has been redeemed already.").wait_for()


def test_perks_from_the_page_of_their_person_to_what_is_owed(house, chromium):
    phone = chromium.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    house.open(phone, "perks")
    assert phone.get_by_text("A beeswax candle").is_visible()
    assert not phone.get_by_text("points to spend").is_visible()
    house.open(phone, "all_perks")
    assert phone.get_by_text("50 points to spend").is_visible()
    code = phone.locator("li", has_text="A beeswax candle with your next order.").locator("code").inner_text()
    page = house.open(house.enter(chromium), "offers")
    page.get_by_text("212 codes left, about nine days").wait_for()
    page.get_by_role("link", name="What may be abuse").click()
    page.get_by_text("got candle on one device", exact=False).wait_for()
    page.get_by_text("Key shop").wait_for()
    house.open(page, "owed")
    page.get_by_role("row", name="Candle").get_by_role("cell", name="£150.00").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "owed.csv"
    house.open(page, "person")
    held = page.locator("li", has_text=code)
    held.get_by_text("Withdraw", exact=True).click()
    held.get_by_label("Why; they can read it").fill("The candles are sold out.")
    held.get_by_role("button", name="Withdraw it").click()
    page.get_by_text("It is withdrawn.", exact=False).wait_for()
    phone.reload()
    assert phone.get_by_text("The candles are sold out.").is_visible()
    assert not phone.get_by_text(code).is_visible()


def test_measure(house, chromium):
    page = house.open(house.enter(chromium), "report")
    page.locator("[data-chart] canvas").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "win-back.csv"


def test_a_person_chooses_sees_what_is_known_and_is_forgotten(house, chromium):
    """On a phone, without JavaScript, from the link of a letter to the link in one's own mailbox."""
    Workspace.objects.filter(pk=house.workspace.pk).update(clock_at=now(house.workspace) + timedelta(hours=1))
    context = chromium.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = house.open(context.new_page(), "preferences")
    page.get_by_role("checkbox", name="Sales").uncheck()
    page.get_by_label("How often, at most").select_option(label="Once a month")
    page.get_by_label("For 90 days").check()
    page.get_by_role("button", name="Save").click()
    said = page.get_by_role("status").inner_text()
    for line in ("Sales: no", "Once a month", "Quiet until 5 April 2026"):
        assert line in said
    page.get_by_role("link", name="What we know about you").click()
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("status").wait_for()
    KeptMail.within(house.workspace).delete()
    send_due(house.workspace, now(house.workspace))
    mail = bytes(KeptMail.within(house.workspace).get().content).decode().replace("=\r\n", "")
    page.goto(house.origin + re.search(r"/d/[\w-]+", mail)[0])
    likes = page.locator("dl > div", has=page.get_by_text("Likes", exact=True))
    likes.get_by_text("Put it right, or object").click()
    likes.get_by_label("What is right").fill("lanterns")
    likes.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "Saved. It is put right."
    assert "lanterns" in likes.inner_text()
    with page.expect_download() as file:
        page.get_by_role("button", name="Download the file").click()
    assert "lanterns" in Path(file.value.path()).read_text()
    page.get_by_role("button", name="Erase everything").click()
    assert "Nothing was erased" in page.get_by_role("alert").inner_text()
    page.get_by_label("Yes, erase everything about me.").check()
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("heading", name="Everything is erased").wait_for()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"correct fact", "export person", "erase person"}
