"""A site from its first draft to its own host: written and published by a member, met by a stranger without JavaScript."""

import re

import pytest

from duologue.cli.plans.applying import files_in_force
from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail
from duologue.engage.sites.actions import save_site
from duologue.engage.sites.queries import current
from duologue.people.intake.tasks import process
from duologue.people.models import Event
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.hosts import set_hosts
from duologue.platform.workspaces.queries import now
from duologue.web.public import machines
from tests.engage.contributions.pictures import a_photo

pytestmark = pytest.mark.browser

TEXT = """site: spring
title: Spring tea
text: First picking, *in April*.
blocks: [{form: list}, {quote: Worth the wait., by: Ada}, {form: call}]
forms:
  list: {asks: [email, first_name], survey: taste, button: Put me down}
  call: {asks: [phone], button: Call me, thanks: We ring you.}
locale: en
locales:
  de: {title: Frühlingstee, forms: {list: {button: Eintragen}}}
"""


def test_a_site_is_drafted_published_met_by_a_stranger_and_brought_back(house, chromium, monkeypatch):
    monkeypatch.setattr(machines, "QUICKEST", 0)
    machines._seen.clear()
    member = house.enter(chromium)
    stranger = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    a_draft_is_written_and_published(house, member, stranger)
    a_stranger_says_who_they_are(house, stranger)
    own = another_version_stands_under_its_own_host(house, member, stranger)
    the_first_one_is_brought_back(house, member, stranger, own)


def place(house):
    return f"{house.origin}/at/shop/spring"


def a_draft_is_written_and_published(house, member, stranger):
    house.open(member, "sites")
    member.get_by_label("Its name in the address").fill("Spring")
    member.get_by_role("button", name="Begin a draft").click()
    member.locator("textarea").fill(TEXT.replace("form: call", "form: kall"))
    member.get_by_role("button", name="Publish").click()
    assert "There is no form 'kall'" in member.locator(".note.bad").last.inner_text()
    assert stranger.goto(place(house)).status == 404
    member.locator("textarea").fill(TEXT)
    member.get_by_role("button", name="Keep as a draft").click()
    with member.context.expect_page() as opened:
        member.get_by_role("link", name="Look at the draft").click()
    assert "Only members see this" in opened.value.locator("[role=status]").inner_text()
    assert opened.value.get_by_role("button", name="Put me down").is_disabled()
    assert stranger.goto(place(house)).status == 404
    member.get_by_role("button", name="Publish").click()
    member.get_by_text("Version 1 is in force.").wait_for()


def a_stranger_says_who_they_are(house, stranger):
    stranger.goto(place(house))
    stranger.get_by_role("link", name="Deutsch").click()
    assert stranger.locator("h1").inner_text() == "Frühlingstee"
    stranger.get_by_role("button", name="Eintragen").click()
    assert "Bitte beantworten Sie diese Frage." in stranger.locator("form#list .fault").inner_text()
    stranger.get_by_label("E-Mail").fill("cleo@people.example")
    stranger.get_by_label("green").check()
    stranger.get_by_role("button", name="Eintragen").click()
    assert "Danke" in stranger.locator("#list").inner_text()
    assert stranger.get_by_role("button", name="Call me").is_visible()
    assert stranger.context.cookies() == []
    assert stranger.evaluate("document.documentElement.scrollWidth") <= 390
    process(workspace=house.workspace, now=now(house.workspace))
    assert Event.within(house.workspace).filter(name="Form Sent").get().properties["answers"] == {"drinks": "green"}


def another_version_stands_under_its_own_host(house, member, stranger):
    member.get_by_role("link", name="Change").click()
    member.locator("textarea").fill(TEXT.replace("in April", "in May"))
    member.get_by_role("button", name="Publish").click()
    member.get_by_text("Version 2 is in force.").wait_for()
    set_hosts(workspace=house.workspace, hosts={"tea.localhost": "spring"})
    own = house.origin.replace("localhost", "tea.localhost").replace("127.0.0.1", "tea.localhost")
    stranger.goto(own)
    assert "in May" in stranger.locator("main").inner_text()
    assert stranger.goto(f"{own}/accounts/login/").status == 404
    return own


def the_first_one_is_brought_back(house, member, stranger, own):
    room = house.workspace
    member.locator(".rows a", has_text="2026").last.click()
    assert "It is the first one." in member.locator("main").inner_text()
    member.get_by_role("button", name="Bring it back").click()
    member.get_by_text("in force again, as version 3").wait_for()
    stranger.goto(own)
    assert "in April" in stranger.locator("main").inner_text()
    assert current(room, "spring").number == 3
    assert files_in_force(room)["sites/spring.yaml"].decode() == TEXT
    said = AuditEntry.objects.filter(workspace=room, subject="spring").order_by("id").values_list("action", flat=True)
    assert list(said) == ["draft site", "publish site", "publish site", "bring back site"]


def test_a_stranger_gives_a_photo_and_says_yes_to_it_at_the_address(house, chromium, monkeypatch):
    monkeypatch.setattr(machines, "QUICKEST", 0)
    machines._seen.clear()
    shop = house.workspace
    save_relay(workspace=shop, name="mailbox", kind="mailbox", is_test=True)
    source = "site: yours\ntitle: Show us\nasks: [email]\nsurvey: your-words\nlocale: en\n"
    save_site(workspace=shop, source=source, now=now(shop))
    phone = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    phone.goto(f"{house.origin}/at/shop/yours")
    phone.get_by_label("E-mail").fill("cleo@people.example")
    phone.get_by_label("What would you tell a friend?").fill("It smells of hay.")
    photo = {"name": "jug.png", "mimeType": "image/png", "buffer": a_photo(900, 600, "PNG")}
    phone.get_by_label("A photo of it in use?").set_input_files(photo)
    for box in phone.get_by_label("You may show this with my first name.").all():
        box.check()
    assert phone.get_by_text("we ask for your yes once more at your address", exact=False).is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Send").click()
    phone.get_by_role("status").wait_for()
    assert phone.context.cookies() == []
    turn_the_wheel(shop, now(shop))
    member = house.open(house.enter(chromium), "contributions")
    given = member.locator("article", has_text="It smells of hay.")
    assert given.get_by_text("They were asked at their address.", exact=False).is_visible()
    assert not given.get_by_role("button", name="Show it").is_visible()
    mail = next(one for row in KeptMail.within(shop).order_by("-pk") if "cleo@people" in (one := bytes(row.content).decode()))
    phone.goto(house.origin + re.search(r"/s/[\w-]+", mail.replace("=\r\n", ""))[0])
    assert phone.locator("img").last.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 900
    assert phone.get_by_text("It smells of hay.").is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Yes").click()
    phone.get_by_role("status").wait_for()
    turn_the_wheel(shop, now(shop))
    house.open(member, "contributions")
    given.get_by_label("Shown as").fill("Cleo")
    given.get_by_role("button", name="Show it").click()
    member.get_by_text("Everybody can see it now").wait_for()
    house.open(phone, "voices")
    assert phone.get_by_text("It smells of hay.").is_visible()
