"""The brand's own pages, as anybody meets them: without account, cookie or script."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from duologue.engage.sites.actions import save_site
from duologue.engage.sites.models import Site
from duologue.engage.sites.queries import current
from duologue.engage.sites.rules.page import read_site
from duologue.kit.yaml import Mistakes
from duologue.people.consent.actions import save_purpose
from duologue.people.consent.models import ConsentNow, ConsentStatement
from duologue.people.identifiers.actions import attach_unknown
from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Received
from duologue.people.profiles.actions import add
from duologue.people.profiles.queries import people
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.web.public import machines

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TEXT = """
site: tea-letter
title: The tea letter
text: |
  Once a month, *what we pick* and why.

  <script>alert(1)</script> [Our shop](https://shop.example)
asks: [email, first_name]
survey: taste
consent: {newsletter: "Yes, send me the tea letter once a month."}
thanks: Thank you. **Look into your mailbox.**
embed: [https://shop.example]
"""
SURVEY = "survey: taste\nquestions:\n  likes: {ask: What do you drink?, kind: one, options: [green, black], fills: {fact: drinks}}\n"


@pytest.fixture
def letter(workspace):
    save_purpose(workspace=workspace, name="newsletter", title="The newsletter")
    save_survey(workspace=workspace, survey=read_survey(SURVEY), now=NOW)
    save_site(workspace=workspace, source=TEXT, now=NOW)
    machines._seen.clear()
    return workspace


@pytest.fixture
def seen_for(monkeypatch):
    """Let time pass between seeing a form and sending it."""
    real = machines.database_now

    def wait(seconds):
        monkeypatch.setattr(machines, "database_now", lambda: real() + timedelta(seconds=seconds))

    return wait


def opened(client):
    answer = client.get("/at/shop/tea-letter")
    assert answer.status_code == 200
    return answer, re.search(r'name="form" value="([^"]+)"', answer.content.decode())[1]


def sent(client, seen_for, after=5, **more):
    seen_for(0)
    _, token = opened(client)
    seen_for(after)
    fields = {"form": token, "email": "Ann@Example.com", "first_name": "Ann", "likes": "green", "consent-newsletter": "yes"}
    return client.post("/at/shop/tea-letter", {key: value for key, value in {**fields, **more}.items() if value is not None})


def test_a_site_shows_its_words_and_its_form_and_keeps_nothing_in_the_browser(client, letter):
    answer, _ = opened(client)
    page = answer.content.decode()
    assert "<em>what we pick</em>" in page
    assert "<script" not in page
    assert not answer.cookies
    assert 'name="consent-newsletter" value="yes">' in page
    assert len(answer.content) < 50_000
    assert client.get("/at/shop/other").status_code == client.get("/at/elsewhere/tea-letter").status_code == 404


def test_a_form_is_taken_in_by_the_one_way_in_and_asks_again_before_anything_is_granted(client, letter, seen_for):
    answer = sent(client, seen_for)
    assert (answer.status_code, answer["Location"]) == (303, "/at/shop/tea-letter?sent")
    assert b"<strong>Look into your mailbox.</strong>" in client.get(answer["Location"]).content
    process(workspace=letter, now=NOW)
    told = Event.within(letter).get(name="Form Sent").properties
    assert told == {"site": "tea-letter", "version": 1, "asked": ["newsletter"], "answers": {"likes": "green"}}
    ann = find(letter, "email", "ann@example.com")
    assert people(letter, [ann])[ann].facts == {"first_name": "Ann", "drinks": "green"}
    assert not ConsentNow.within(letter).exists()
    assert current(letter, "tea-letter").forms == 1


def test_where_the_brand_does_not_ask_again_the_box_is_the_consent_with_its_words(client, letter, seen_for):
    save_site(workspace=letter, source=TEXT + "confirm: false\n", now=NOW)
    sent(client, seen_for)
    process(workspace=letter, now=NOW)
    said = ConsentStatement.within(letter).get()
    assert (said.state, said.purpose, said.wording) == ("granted", "newsletter", "Yes, send me the tea letter once a month.")
    assert said.source == "site tea-letter"


def test_a_box_that_is_not_ticked_asks_for_nothing(client, letter, seen_for):
    save_site(workspace=letter, source=TEXT + "confirm: false\n", now=NOW)
    sent(client, seen_for, **{"consent-newsletter": None})
    process(workspace=letter, now=NOW)
    assert Event.within(letter).get(name="Form Sent").properties["asked"] == []
    assert not ConsentStatement.within(letter).exists()


@pytest.mark.parametrize(("fields", "says"), [({"email": ""}, "Please answer"), ({"email": "no address"}, "does not look right"), ({"likes": "tar"}, "one of the answers")])  # fmt: skip
def test_what_cannot_be_taken_is_shown_again_with_what_was_written(client, letter, seen_for, fields, says):
    answer = sent(client, seen_for, **fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert 'value="Ann"' in answer.content.decode()
    assert not Received.within(letter).exists()


def test_machines_are_not_taken_for_people(client, letter, seen_for):
    assert sent(client, seen_for, website="https://spam.example").status_code == 303
    assert sent(client, seen_for, after=0).status_code == 422
    assert sent(client, seen_for, after=100_000).status_code == 422
    assert client.post("/at/shop/tea-letter", {"email": "ann@example.com"}).status_code == 422
    assert client.post("/at/shop/tea-letter", {"email": "ann@example.com", "form": "forged"}).status_code == 422
    assert not Received.within(letter).exists()


def test_the_same_form_again_counts_once_and_many_from_one_place_are_refused(client, letter, seen_for):
    for _ in range(3):
        assert sent(client, seen_for).status_code == 303
    process(workspace=letter, now=NOW)
    assert Event.within(letter).filter(name="Form Sent").count() == 1
    many = [sent(client, seen_for, email=f"p{number}@example.com").status_code for number in range(25)]
    assert (many[0], many[-1]) == (303, 429)


def test_a_second_address_nobody_has_proved_joins_nobody(client, letter, seen_for):
    save_site(workspace=letter, source=TEXT.replace("asks: [email, first_name]", "asks: [email, first_name, phone]"), now=NOW)
    victim = add(workspace=letter, seen_at=[NOW])[0]
    attach_unknown(workspace=letter, identifiers=[("phone", "+442071838750", victim, "+44 20 7183 8750")], now=NOW)
    sent(client, seen_for, email="mallory@example.com", phone="+44 20 7183 8750")
    process(workspace=letter, now=NOW)
    mallory = find(letter, "email", "mallory@example.com")
    assert mallory not in {None, victim}
    assert find(letter, "phone", "+442071838750") == victim
    assert people(letter, [mallory])[mallory].facts["phone_given"] == "+44 20 7183 8750"


def test_behind_a_proxy_on_this_machine_each_visitor_counts_alone(client, letter, seen_for):
    for number in range(25):
        seen_for(0)
        _, token = opened(client)
        seen_for(5)
        form = {"form": token, "email": f"p{number}@example.com"}
        answer = client.post("/at/shop/tea-letter", form, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        assert answer.status_code == 303


def test_a_survey_may_not_ask_under_a_name_of_the_form(letter):
    save_survey(workspace=letter, survey=read_survey(SURVEY.replace("likes:", "website:")), now=NOW)
    with pytest.raises(Mistakes, match="a name that the form itself uses: website"):
        save_site(workspace=letter, source=TEXT + "button: Go\n", now=NOW)


def test_a_quote_that_a_survey_comes_to_ask_for_is_no_consent(client, letter, seen_for):
    save_site(workspace=letter, source=TEXT + "confirm: false\n", now=NOW)
    more = SURVEY + "  said: {ask: What do you say?, kind: quote, fills: {consent: newsletter}}\n"
    save_survey(workspace=letter, survey=read_survey(more), now=NOW)
    assert sent(client, seen_for, said="Lovely tea", **{"consent-newsletter": None}).status_code == 303
    process(workspace=letter, now=NOW)
    assert not ConsentStatement.within(letter).exists()


def test_a_form_on_a_page_of_the_brands_own_is_taken_from_there_alone(client, letter):
    form = {"email": "ann@example.com", "consent-newsletter": "yes"}
    assert client.post("/at/shop/tea-letter", form, headers={"Origin": "https://shop.example"}).status_code == 303
    assert client.post("/at/shop/tea-letter", form, headers={"Origin": "https://other.example"}).status_code == 422
    assert Received.within(letter).count() == 2


def test_few_are_taken_without_a_signed_time_as_any_program_can_name_an_origin(client, letter, seen_for):
    def posted(number, **from_):
        form = {"email": f"p{number}@example.com"}
        return client.post("/at/shop/tea-letter", form, headers={"Origin": "https://shop.example"}, **from_).status_code

    assert [posted(number) for number in range(7)] == [303] * 5 + [429] * 2
    assert posted(8, HTTP_X_FORWARDED_FOR="203.0.113.9") == 303
    assert sent(client, seen_for).status_code == 303  # the page of ours is open to the same network


def test_a_change_is_a_new_version_and_the_same_again_is_none(letter):
    assert save_site(workspace=letter, source=TEXT, now=NOW).number == 1
    assert save_site(workspace=letter, source=TEXT.replace("Once a month", "Every month"), now=NOW).number == 2
    assert Site.within(letter).get().current == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("site: a\ntitle: A\nasks: [first_name]\n", "asks first for an address"),
        ("site: a\ntitle: A\nasks: [email, shoe_size]\n", "not 'shoe_size'"),
        ("site: a\ntitle: A\nembed: [shop.example]\n", "no origin"),
        ("site: a\ntitle: A\nembed: [https://shop.example/]\n", "no origin"),
        ("site: a\ntitle: A\ncolour: red\n", "colour"),
    ],
)
def test_a_mistake_is_refused_with_its_sentence(text, says):
    with pytest.raises(Mistakes, match=says):
        read_site(text, "sites/a.yaml")


def test_a_site_that_names_what_is_not_there_is_refused(workspace):
    with pytest.raises(Mistakes, match="no purpose 'newsletter' by consent"):
        save_site(workspace=workspace, source=TEXT, now=NOW)


def test_a_question_that_an_answer_raises_is_shown_before_anything_is_kept(client, letter, seen_for):
    more = SURVEY + "  strong: {ask: How strong?, kind: one, options: [mild, strong], when: {answer.likes: black}}\n"
    save_survey(workspace=letter, survey=read_survey(more), now=NOW)
    assert "How strong?" not in opened(client)[0].content.decode()
    asked = sent(client, seen_for, likes="black", shown=["likes"])
    assert (asked.status_code, "How strong?" in asked.content.decode()) == (200, True)
    process(workspace=letter, now=NOW)
    assert not Event.within(letter).exists()
    assert sent(client, seen_for, likes="black", strong="mild", shown=["likes", "strong"]).status_code == 303
    process(workspace=letter, now=NOW)
    assert Event.within(letter).get(name="Form Sent").properties["answers"] == {"likes": "black", "strong": "mild"}


@pytest.mark.parametrize(
    ("name", "says"),
    [("letters", "another page has this address"), ("new", "another page"), ("voices", "another page"), ("Tea_Letter", "small letters")],
)
def test_a_site_cannot_take_another_page_s_address_whichever_way_it_comes(workspace, client, name, says):
    with pytest.raises(Mistakes, match=f"sites/a.yaml:1: A site cannot be called {name!r}.*{says}"):
        save_site(workspace=workspace, source=f"site: {name}\ntitle: Mine\nasks: []\n", now=NOW, file="sites/a.yaml")
    assert client.get(f"/at/shop/{name}").status_code == 404
