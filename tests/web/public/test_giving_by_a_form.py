"""A photo and words given on a form of a site, by somebody whom nobody knows yet: asked for once more at the address, then shown."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail
from duologue.engage.contributions.actions import publish
from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.contributions.queries import permitted
from duologue.engage.contributions.tasks import forget
from duologue.engage.messages.models import Delivery
from duologue.engage.sites.actions import save_site
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Mistakes
from duologue.people.consent.actions import save_purpose
from duologue.people.consent.models import ConsentStatement
from duologue.people.identifiers.actions import attach_unknown
from duologue.people.models import Event
from duologue.people.profiles.queries import people
from duologue.platform.secrets.signing import sign
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules.survey import KINDS, read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.web.public import machines
from tests.engage.contributions.pictures import a_photo
from tests.web.public.conftest import NOW

SURVEY = """
survey: your-words
questions:
  stars: {ask: How many stars?, kind: scale}
  quote: {ask: What would you tell a friend?, kind: quote, fills: {consent: voices}}
  photo: {ask: A photo of it in use?, kind: photo, fills: {consent: voices}}
  where: {ask: Where shall we send a print?, kind: contact}
"""
SITE = "site: yours\ntitle: Your words\nasks: [email, first_name]\nsurvey: your-words\nembed: [https://shop.example]\n"
FORM = {"email": "Anna@People.example", "first_name": "Anna"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(workspace):
    save_purpose(workspace=workspace, name="voices", title="Showing", about="You may show this with my first name.", shows=True)
    save_survey(workspace=workspace, survey=read_survey(SURVEY), now=NOW)
    save_site(workspace=workspace, source=SITE, now=NOW)
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    machines._seen.clear()
    return workspace


def upload(raw=None):
    return SimpleUploadedFile("holiday.heic", a_photo(300, 200, turned=True) if raw is None else raw, content_type="text/html")


def send(client, shop, **more):
    answer = client.post("/at/shop/yours", FORM | more, headers={"Origin": "https://shop.example"})
    turn_the_wheel(shop, now(shop))
    return answer


def answer_at_the_address(client, shop, answer):
    """Do what the newest letter at the address asks for; return its words and what its page showed before."""
    mail = bytes(KeptMail.within(shop).latest("pk").content).decode().replace("=\r\n", "").replace("=\n", "")
    link = re.search(r"/s/[\w-]+", mail)[0]
    page = client.get(link).content.decode()
    assert client.post(link, {"answer": answer}).status_code == 200
    turn_the_wheel(shop, now(shop))
    return mail, page


def later(shop, **by):
    type(shop).objects.filter(pk=shop.pk).update(clock_at=now(shop) + timedelta(**by))
    shop.refresh_from_db()


def test_what_a_form_gives_waits_for_a_yes_at_the_address_and_for_a_look(shop, client):
    page = client.get("/at/shop/yours").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert page.count("You may show this with my first name.") == 2
    assert "we ask for your yes once more at your address" in page
    assert " checked" not in page
    more = {"stars": "5", "quote": "Write to anna@people.example: lovely!", "quote-agree": "yes", "photo": upload(), "photo-agree": "yes"}
    assert send(client, shop, **more, where="+49 30 1234567").status_code == 303
    photo, review = Contribution.within(shop).order_by("kind")
    assert (review.kind, review.text, review.stars, review.purpose) == ("review", "Write to … lovely!", 5, "voices")
    assert (photo.kind, photo.purpose, photo.survey, photo.question) == ("photo", "voices", "your-words", "photo")
    kept = Photo.within(shop).get()
    assert (kept.contribution_id, kept.held, kept.forget_at, kept.height) == (photo.pk, None, None, 300)
    assert b"A camera" not in bytes(kept.content)
    said = Event.within(shop).get(name="Form Sent").properties
    assert said["answers"] == {"stars": 5, "quote": "Write to … lovely!", "photo": True, "where": True}
    assert "voices" not in said["asked"]
    assert people(shop, [photo.profile_id])[photo.profile_id].facts["phone_given"] == "+49301234567"
    assert not ConsentStatement.within(shop).filter(purpose="voices").exists()
    with pytest.raises(Refused, match="not agreed"):
        publish(workspace=shop, contribution=photo.pk, seen=photo.came_at.isoformat(), shown_as="Anna", staff=None, now=now(shop))
    later(shop, minutes=1)
    mail, page = answer_at_the_address(client, shop, "yes")
    assert "To: <Anna@People.example>" in mail
    assert "Please confirm: Showing" in mail
    assert "You may show this with my first name." in mail
    assert "May we show what you gave us?" in page
    assert "Write to … lovely!" in page
    assert "data:image/jpeg;base64," in page
    granted = ConsentStatement.within(shop).get(purpose="voices")
    assert (granted.channel, granted.state) == ("public", "granted")
    assert granted.wording == "May we show what you gave us? Showing. You may show this with my first name."
    for row in Contribution.within(shop):
        assert row.forget_at is None  # care.yaml sets no time, and it is theirs now
        publish(workspace=shop, contribution=row.pk, seen=row.came_at.isoformat(), shown_as="Anna", staff=None, now=now(shop))
    assert "★★★★★" in client.get("/at/shop/voices/").content.decode()
    assert client.get(f"/at/shop/voices/{photo.pk}.jpg").content == bytes(kept.content)


def test_a_no_at_the_address_takes_it_away_and_so_does_no_answer(shop, client):
    send(client, shop, quote="Not by me", **{"quote-agree": "yes"})
    later(shop, minutes=1)
    answer_at_the_address(client, shop, "no")
    row = Contribution.within(shop).get()
    assert (row.state, row.text) == ("withdrawn", "")
    later(shop, days=8)
    send(client, shop, photo=upload(), **{"photo-agree": "yes"})
    assert Photo.within(shop).count() == 1
    later(shop, days=31)
    forget(shop, now(shop))
    assert (Photo.within(shop).count(), Contribution.within(shop).filter(state="waiting").count()) == (0, 0)


def test_a_yes_of_before_is_to_something_else_and_nobody_is_asked_without_end(shop, client):
    send(client, shop, quote="Mine", **{"quote-agree": "yes"})
    send(client, shop, quote="Somebody's who knows my address", **{"quote-agree": "yes"})
    assert Delivery.within(shop).filter(turn="agree").count() == 1
    later(shop, minutes=1)
    answer_at_the_address(client, shop, "yes")
    later(shop, minutes=1)
    send(client, shop, quote="Buy cheap things", **{"quote-agree": "yes"})
    rows = {row.text: row for row in Contribution.within(shop)}
    assert len(rows) == 3
    assert permitted(shop, list(rows.values())) == {rows["Mine"].pk, rows["Somebody's who knows my address"].pk}
    assert Delivery.within(shop).filter(turn="agree").count() == 2  # the first was answered


def test_a_box_in_their_own_survey_is_no_yes_to_what_a_stranger_wrote_under_their_name(shop, anna, deliver, client):
    attach_unknown(workspace=shop, identifiers=[("email", "anna@people.example", anna, "anna@people.example")], now=NOW)
    send(client, shop, quote="Buy cheap things", **{"quote-agree": "yes"})
    later(shop, hours=1)
    token = deliver(survey=True)
    Delivery.within(shop).filter(survey_version__isnull=False).update(
        survey_version=save_survey(workspace=shop, survey=read_survey(SURVEY), now=NOW)
    )
    assert client.post(f"/s/{token}", {"quote": "My own words", "quote-agree": "yes"}).status_code == 200
    turn_the_wheel(shop, now(shop))
    rows = {row.text: row for row in Contribution.within(shop)}
    assert {row.profile_id for row in rows.values()} == {anna}
    assert permitted(shop, list(rows.values())) == {rows["My own words"].pk}
    assert rows["Buy cheap things"].forget_at is not None  # it goes as soon as what is declined


def test_without_the_box_it_is_kept_and_nothing_is_asked(shop, client):
    assert send(client, shop, quote="Lovely", photo=upload()).status_code == 303
    assert [row.purpose for row in Contribution.within(shop)] == ["", ""]
    assert not Delivery.within(shop).exists()


@pytest.mark.parametrize("raw", [b"MZ\x90", b"<svg/>"])
def test_what_is_no_photo_is_said_beside_its_field_and_nothing_is_kept(shop, client, raw):
    answer = send(client, shop, photo=upload(raw))
    assert (answer.status_code, "This is no photo we can take" in answer.content.decode()) == (422, True)
    assert not Contribution.within(shop).exists()
    assert not Photo.within(shop).exists()


def test_a_photo_that_was_chosen_is_kept_while_the_rest_is_put_right(shop, client):
    page = send(client, shop, photo=upload(), **{"photo-agree": "yes", "email": "nowhere"}).content.decode()
    kept = page.partition('name="photo-kept" value="')[2].partition('"')[0]
    assert 'name="photo-agree" value="yes" checked' in page
    assert send(client, shop, **{"photo-kept": kept, "photo-agree": "yes"}).status_code == 303
    assert Photo.within(shop).get().contribution_id == Contribution.within(shop).get(purpose="voices").pk


def test_machines_bring_no_photos_and_the_same_form_counts_once(shop, client):
    assert send(client, shop, photo=upload(), website="https://spam.example").status_code == 303
    assert not Photo.within(shop).exists()
    for raw in (a_photo(300, 200), a_photo(300, 200), a_photo(200, 300)):
        assert send(client, shop, photo=upload(raw)).status_code == 303
    assert Contribution.within(shop).count() == 2  # the second was the first again
    assert Photo.within(shop).filter(contribution=None).count() == 1
    later(shop, days=2)
    forget(shop, now(shop))
    assert Photo.within(shop).count() == 2
    assert [send(client, shop, photo=upload()).status_code for _ in range(3)][-1] == 429


def test_by_a_link_of_ones_own_the_tick_is_the_permission(shop, anna, deliver, client):
    attach_unknown(workspace=shop, identifiers=[("email", "anna@people.example", anna, "anna@people.example")], now=NOW)
    delivery = Delivery.within(shop).get(pk=deliver() and Delivery.within(shop).latest("pk").pk)
    address = f"/at/shop/yours/for/{sign('page', shop.pk, delivery.pk)}"
    page = client.get(address).content.decode()
    assert "once more at your address" not in page
    more = {"photo": upload(), "photo-agree": "yes", "first_name": "Anna"}
    assert client.post(address, more, headers={"Origin": "https://shop.example"}).status_code == 303
    turn_the_wheel(shop, now(shop))
    row = Contribution.within(shop).get()
    assert (row.profile_id, row.delivery_id, row.purpose) == (anna, delivery.pk, "voices")
    assert permitted(shop, [row]) == {row.pk}
    assert ConsentStatement.within(shop).get(purpose="voices").proof == {"delivery": delivery.pk, "question": "photo"}
    assert not Delivery.within(shop).filter(turn="agree").exists()


def test_a_form_that_asks_for_a_number_first_cannot_ask_at_the_address(shop):
    with pytest.raises(Mistakes, match="asks for `email` first"):
        save_site(workspace=shop, source=SITE.replace("[email, first_name]", "[phone]"), now=NOW)


EACH = {
    "one": ("green", "green"),
    "many": (["green", "black"], ["green", "black"]),
    "text": ("Call 0301234567 or write", "Call … or write"),
    "quote": ("Lovely", "Lovely"),
    "photo": (None, True),
    "scale": ("4", 4),
    "nps": ("10", 10),
    "number": ("2,5", 2.5),
    "date": ("2026-05-01", "2026-05-01"),
    "contact": ("bo@people.example", True),
}


@pytest.mark.parametrize("way", ["a form", "a survey by a link"])
def test_every_kind_of_question_is_asked_and_answered(shop, client, deliver, way):
    assert set(EACH) == set(KINDS)
    options = ", options: [green, black]"
    lines = [f"  q-{kind}: {{ask: About {kind}?, kind: {kind}{options if kind in {'one', 'many'} else ''}}}" for kind in KINDS]
    version = save_survey(workspace=shop, survey=read_survey("survey: your-words\nquestions:\n" + "\n".join(lines)), now=NOW)
    token = deliver(survey=True)
    Delivery.within(shop).update(survey_version=version)
    address, name = (f"/s/{token}", "Survey Answered") if way != "a form" else ("/at/shop/yours", "Form Sent")
    page = client.get(address).content.decode()
    assert [kind for kind in KINDS if f"About {kind}?" not in page] == []
    given = {f"q-{kind}": upload() if kind == "photo" else said for kind, (said, _) in EACH.items()}
    answer = client.post(address, (FORM if way == "a form" else {}) | given, headers={"Origin": "https://shop.example"})
    assert answer.status_code == (303 if way == "a form" else 200)
    turn_the_wheel(shop, now(shop))
    assert Event.within(shop).get(name=name).properties["answers"] == {f"q-{kind}": kept for kind, (_, kept) in EACH.items()}
    assert sorted(Contribution.within(shop).values_list("kind", flat=True)) == ["photo", "review"]


def test_the_form_to_paste_asks_all_that_the_page_asks(shop, client, owner):
    """What is pasted is filled in as a browser would: every field that it names is taken in."""
    asks = SURVEY.replace(
        "where: {ask: Where", "more: {ask: Why so few?, kind: text, when: {answer.stars: {under: 3}}}\n  where: {ask: Where"
    )
    save_survey(workspace=shop, survey=read_survey(asks), now=NOW)
    save_site(workspace=shop, source=SITE.replace("first_name]", "first_name, birthday, old_enough]"), now=NOW)
    page = HTMLParser(owner.get("/shop/engage/sites/yours").content.decode())
    pasted = next(text for node in page.css("textarea, pre, code") if "<form" in (text := node.text()))
    form = HTMLParser(pasted).css_first("form")
    assert (form.attributes["action"], form.attributes["enctype"]) == ("http://127.0.0.1:8000/at/shop/yours", "multipart/form-data")
    fields = {node.attributes["name"]: node.attributes for node in form.css("input, textarea")}
    assert fields["birthday"]["type"] == "date"
    assert {node.attributes["value"] for node in form.css('input[name="old_enough"]')} == {"yes", "no"}
    assert set(fields) == {
        "email", "first_name", "birthday", "old_enough", "stars", "quote", "quote-agree", "photo", "photo-agree", "where", "shown", "website",
    }  # fmt: skip
    assert "once more at your address" in form.text()
    given = FORM | {"birthday": "1990-01-01", "old_enough": "yes", "stars": "5", "quote": "Lovely", "photo": upload(), "photo-agree": "yes"}
    shown = [node.attributes["value"] for node in form.css('input[name="shown"]')]
    assert client.post("/at/shop/yours", given | {"shown": shown}, headers={"Origin": "https://shop.example"}).status_code == 303
    turn_the_wheel(shop, now(shop))
    assert sorted(Contribution.within(shop).values_list("kind", "purpose")) == [("photo", "voices"), ("review", "")]
    few = client.post("/at/shop/yours", given | {"stars": "1", "shown": shown}, headers={"Origin": "https://shop.example"})
    assert (few.status_code, "Why so few?" in few.content.decode()) == (200, True)  # what an answer raises is asked on the page here
