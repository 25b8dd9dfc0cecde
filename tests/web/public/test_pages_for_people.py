from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import Book, Commitment
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.tasks import send_due
from duologue.kit.colour import contrast
from duologue.people.consent.actions import NewStatement, save_topic, state
from duologue.people.consent.queries import standing, wishes
from duologue.people.consent.rules import Wishes
from duologue.people.identifiers.models import Identifier
from duologue.people.models import ConsentStatement
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people
from duologue.platform.secrets.signing import sign
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.web.public.listing import PAGES

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


def may(workspace, anna, purpose):
    return standing(workspace, [anna])[anna].may("email", purpose)


def told(workspace, name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT properties FROM people_event WHERE workspace_id = %s AND name = %s ORDER BY id", (workspace.pk, name))
        return [json.loads(p) if isinstance(p, str) else p for (p,) in cursor.fetchall()]


@pytest.mark.parametrize("page", "upsnwkdgy")
def test_only_links_that_we_signed_open_anything(workspace, deliver, client, page):
    token = deliver()
    for wrong in (token[:-4] + "AAAA", sign("open", workspace.pk, 1), "x", sign("page", workspace.pk, 10**9)):
        assert client.get(f"/{page}/{wrong}").status_code == 404
        assert client.post(f"/{page}/{wrong}").status_code == 404


@pytest.mark.parametrize("page", "upnwky")
def test_looking_changes_nothing_and_nothing_comes_from_elsewhere(workspace, anna, deliver, client, page):
    before = ConsentStatement.within(workspace).count()
    answer = client.get(f"/{page}/{deliver()}")
    assert answer.status_code == 200
    assert ConsentStatement.within(workspace).count() == before
    html = answer.content.decode()
    assert "://" not in html
    assert "<script" not in html
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_one_click_withdraws_the_messages_purpose_without_a_csrf_token(workspace, anna, deliver, client):
    assert client.post(f"/u/{deliver()}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not may(workspace, anna, "newsletter")
    assert may(workspace, anna, "promotions")
    assert ConsentStatement.within(workspace).order_by("-number").first().source == "one-click"


def test_who_has_left_may_say_why_once(workspace, anna, deliver, client):
    page = f"/u/{deliver()}"
    assert b"because" not in client.get(page).content
    client.post(page, {"because": "too_often"})  # nothing is said by who has not left
    assert may(workspace, anna, "newsletter")
    assert b'value="too_often"' in client.post(page, {"what": "this"}).content
    assert b"Thank you" in client.post(page, {"because": "too_often"}).content
    client.post(page, {"because": "other"})
    said = [row.proof.get("reason") for row in ConsentStatement.within(workspace).filter(state="withdrawn").order_by("number")]
    assert said == [None, "too_often"]


def test_everything_can_be_left_at_once(workspace, anna, deliver, client):
    client.post(f"/u/{deliver()}", {"what": "all"})
    assert not may(workspace, anna, "newsletter")
    assert not may(workspace, anna, "promotions")


@pytest.mark.parametrize(("days", "ends"), [("30", 30), ("90", 90), ("7", None), ("", None)])
def test_not_now(workspace, anna, deliver, client, days, ends):
    assert client.post(f"/n/{deliver()}", {"days": days}).status_code == 200
    until = standing(workspace, [anna])[anna].paused_until(NOW)
    assert until == (NOW + timedelta(days=ends) if ends else None)
    assert len(told(workspace, "Snoozed")) == (1 if ends else 0)


def test_preferences_state_only_what_changed(workspace, anna, deliver, client):
    before = ConsentStatement.within(workspace).count()
    client.post(f"/p/{deliver()}", {"email:newsletter": "on", "pause": "30", "language": "de"})
    assert may(workspace, anna, "newsletter")
    assert not may(workspace, anna, "promotions")
    assert ConsentStatement.within(workspace).count() == before + 1
    assert standing(workspace, [anna])[anna].paused(NOW)
    assert people(workspace, [anna])[anna].locale == "de"
    token = deliver()
    assert "Abmelden" in client.get(f"/p/{token}").content.decode()
    type(workspace).objects.filter(pk=workspace.pk).update(clock_at=NOW + timedelta(minutes=1))  # a withdrawal wins a tie
    client.post(f"/p/{token}", {"email:newsletter": "on", "email:promotions": "on", "pause": "none", "language": "de"})
    assert not may(workspace, anna, "promotions")  # the letter may have been passed on
    assert not standing(workspace, [anna])[anna].paused(NOW)


@pytest.mark.parametrize("birthday", ["2013-01-05", "2013-01-06"])
def test_who_comes_of_age_can_agree_anew(workspace, anna, deliver, client, birthday):
    learn(workspace=workspace, facts=[NewFact(anna, "birthday", birthday, "form", NOW)], now=NOW)
    token, is_young = deliver(), birthday == "2013-01-06"
    page = client.get(f"/p/{token}").content.decode()
    assert ("a parent has to agree first" in page, 'name="email:newsletter" checked' in page) == (is_young, is_young)
    client.post(f"/p/{token}", {"email:newsletter": "on"})
    if not is_young:
        agree(workspace, client)
    assert may(workspace, anna, "newsletter") != is_young


def agree(workspace, client):
    """Say yes by the letter that asks for it at the person's own address."""
    letter = Delivery.within(workspace).filter(turn="agree").latest("pk")
    return client.post(f"/s/{sign('page', workspace.pk, letter.pk)}", {"answer": "yes"}).status_code


def at(workspace, **by):
    type(workspace).objects.filter(pk=workspace.pk).update(clock_at=NOW + timedelta(**by))


def test_a_yes_by_a_letter_that_may_have_been_passed_on_counts_once_their_own_address_has_said_it(workspace, anna, deliver, client):
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    Identifier(workspace=workspace, profile_id=anna, kind="email", value="anna@x.example", shown="anna@x.example", first_seen_at=NOW).save()
    token, both = deliver(), {"email:newsletter": "on", "email:promotions": "on"}
    client.post(f"/p/{token}", {"email:newsletter": "on"})
    for minutes in (1, 2):
        at(workspace, minutes=minutes)
        page = client.post(f"/p/{token}", both).content.decode()
        assert "Offers, by e-mail: once you say yes by the letter that is on its way" in page
    letter = Delivery.within(workspace).get(turn="agree")
    assert (letter.state, letter.kind, letter.basis, letter.purpose, letter.body["consent"]) == (
        "queued", "service", "confirmation", "promotions", "promotions",
    )  # fmt: skip
    send_due(workspace, NOW + timedelta(minutes=2))
    mail = bytes(KeptMail.within(workspace).get().content).decode().replace("=\r\n", "")
    assert "To: <anna@x.example>" in mail
    assert not may(workspace, anna, "promotions")
    assert client.post(re.search(r"/s/[\w-]+", mail)[0], {"answer": "yes"}).status_code == 200
    said = ConsentStatement.within(workspace).order_by("-number").first()
    assert (said.state, said.source, said.proof) == ("granted", "consent page", {"delivery": letter.pk})
    assert may(workspace, anna, "promotions")
    at(workspace, minutes=20)
    client.post(f"/p/{token}", {"email:newsletter": "on"})
    at(workspace, minutes=30)
    assert agree(workspace, client) == 200  # the former letter, which says yes for nobody any more
    assert not may(workspace, anna, "promotions")
    assert Delivery.within(workspace).filter(turn="agree").count() == 2
    at(workspace, minutes=31)
    agree(workspace, client)
    assert may(workspace, anna, "promotions")


def test_so_does_a_yes_in_a_survey_and_nobody_is_asked_without_end(workspace, anna, deliver, client):
    client.post(f"/u/{deliver()}", {"what": "all"})
    token = deliver(survey=True)
    for hours in range(1, 8):
        at(workspace, hours=hours)
        page = client.post(f"/s/{token}", {"reason": "moved", "news": "yes"}).content.decode()
        assert ("Offers: once you say yes" in page, "Offers: not yet" in page) == (hours <= 5, hours > 5)
    assert Delivery.within(workspace).filter(turn="agree").count() == 5
    assert not may(workspace, anna, "promotions")


def test_people_say_what_to_call_them(workspace, anna, deliver, client):
    token = deliver()
    ticked = {"email:newsletter": "on", "email:promotions": "on"}
    answer = client.post(f"/p/{token}", {**ticked, "called": "  van der  Berg "}).content.decode()
    assert "What shall we call you?: van der Berg" in answer
    assert people(workspace, [anna])[anna].facts["called"] == "van der Berg"
    assert told(workspace, "Profile Updated")[-1:] in ([], [{"called": True}])
    refused = client.post(f"/p/{token}", {**ticked, "called": "F*ck"})
    assert (refused.status_code, "We cannot greet you by that." in refused.content.decode()) == (422, True)
    client.post(f"/p/{token}", {**ticked, "called": ""})
    assert 'name="called" value=""' in client.get(f"/p/{token}").content.decode()


def test_how_often_and_when_is_kept_and_shown_again(workspace, anna, deliver, client):
    token = deliver()
    client.post(f"/p/{token}", {"email:newsletter": "on", "email:promotions": "on", "pace": "7", "hours": "evening"})
    assert wishes(workspace, [anna]) == {anna: Wishes(7, "18:00-22:00")}
    page = client.get(f"/p/{token}").content.decode()
    assert '<option value="7" selected>Once a week' in page
    assert '<option value="evening" selected>In the evening' in page
    refused = client.post(f"/p/{token}", {"email:newsletter": "on", "pace": "3", "hours": "whenever", "pause": "30"})
    assert refused.status_code == 422
    assert refused.content.decode().count("Please choose one of the answers.") == 2
    assert "Nothing is saved yet" in refused.content.decode()
    assert 'name="email:promotions">' in refused.content.decode()  # what was entered stays
    assert 'value="30" checked' in refused.content.decode()
    assert may(workspace, anna, "promotions")
    assert not standing(workspace, [anna])[anna].paused(NOW)
    assert wishes(workspace, [anna]) == {anna: Wishes(7, "18:00-22:00")}
    client.post(f"/p/{token}", {"email:newsletter": "on", "email:promotions": "on", "pace": "0", "hours": "any"})
    assert wishes(workspace, [anna]) == {}


def test_what_the_brand_commits_itself_to_is_shown_where_people_choose(workspace, anna, deliver, client):
    says = "Two letters a month & no more"
    save_book(workspace=workspace, book=Book(name="Shop", commitments=(Commitment(says, at_most=2, within="30d"), "Friendly")), now=NOW)
    page = client.get(f"/p/{deliver()}").text
    assert page.index("What you can count on") < page.index("Two letters a month &amp; no more") < page.index("Friendly")


def test_topics_are_kept_as_facts_and_told_in_plain_words(workspace, anna, deliver, client):
    save_topic(workspace=workspace, name="recipes", title="Recipes")
    save_topic(workspace=workspace, name="sales", title="Sales")
    token = deliver()
    both = {"email:newsletter": "on", "email:promotions": "on", "topic:recipes": "on", "topic:sales": "on"}
    assert "Nothing has changed." in client.post(f"/p/{token}", both).content.decode()
    assert "topic.recipes" not in people(workspace, [anna])[anna].facts
    page = client.post(f"/p/{token}", {**both, "pace": "30", "pause": "90", "shown": [*both]} | {"topic:sales": []}).content.decode()
    for said in ("Sales: no", "How often, at most: Once a month", "Take a break: Quiet until 5 April 2026"):
        assert f"<li>{said}</li>" in page
    assert page.count("<li>") == 3 + len(PAGES)
    assert people(workspace, [anna])[anna].facts["topic.sales"] is False
    assert client.post(f"/p/{token}", {**both, "topic:wine": "on"}).status_code == 422
    assert people(workspace, [anna])[anna].facts["topic.sales"] is False


def test_a_box_that_its_page_did_not_have_is_not_taken_for_an_empty_one(workspace, anna, deliver, client):
    client.post(f"/p/{deliver()}", {"email:newsletter": "on", "shown": ["email:newsletter"]})
    assert may(workspace, anna, "promotions")


def test_on_another_channel_a_link_can_only_take_back(workspace, anna, deliver, client):
    said = [
        NewStatement(anna, "sms", purpose, what, NOW, "form") for purpose, what in (("promotions", "granted"), ("newsletter", "withdrawn"))
    ]
    state(workspace=workspace, statements=said, now=NOW)
    type(workspace).objects.filter(pk=workspace.pk).update(clock_at=NOW + timedelta(minutes=1))
    token, email = deliver(), {"email:newsletter": "on", "email:promotions": "on"}
    page = client.get(f"/p/{token}").content.decode()
    assert ("sms:promotions" in page, "sms:newsletter" in page) == (True, False)
    client.post(f"/p/{token}", email)
    assert not standing(workspace, [anna])[anna].may("sms", "promotions")
    assert client.post(f"/p/{token}", {**email, "sms:promotions": "on"}).status_code == 422
    assert not standing(workspace, [anna])[anna].may("sms", "promotions")


def test_why_me_shows_facts_and_takes_objections_to_a_human(workspace, anna, deliver, client):
    token = deliver()
    html = client.get(f"/w/{token}").content.decode()
    assert "Taste" in html
    assert "dark roast" not in html  # it may have been passed on
    assert "The newsletter" in html
    assert "2025-12-27" in html
    client.post(f"/w/{token}", {"text": "I never liked dark roast"})
    one = Conversation.within(workspace).get()
    assert (one.person, one.state, one.held_by) == (anna, "open", "human")


def test_a_survey_keeps_answers_facts_and_consent(workspace, anna, deliver, client):
    token = deliver(survey=True)
    page = client.get(f"/s/{token}").content.decode()
    assert "So that we bother you less" in page
    given = {"reason": "moved", "likes": ["beans", "ground"], "more": "Write to bob@x.example", "rate": "9", "news": "no"}
    assert client.post(f"/s/{token}", given).status_code == 200
    (event,) = told(workspace, "Survey Answered")
    assert event["survey"] == "why-quiet"
    assert event["answers"] == {"reason": "moved", "likes": ["beans", "ground"], "more": "Write to …", "rate": 9, "news": "no"}
    assert people(workspace, [anna])[anna].facts["quiet_reason"] == "moved"
    assert not may(workspace, anna, "promotions")
    again = client.get(f"/s/{token}").content.decode()  # by whoever the letter was passed on to
    assert "We have answers to this already." in again
    assert "checked" not in again
    assert "Write to" not in again


@pytest.mark.parametrize(
    "given", [{}, {"reason": "nonsense"}, {"reason": "moved", "rate": "11"}, {"reason": "moved", "likes": ["beans", "x"]}]
)
def test_wrong_answers_are_asked_again_and_keep_nothing(workspace, anna, deliver, client, given):
    answer = client.post(f"/s/{deliver(survey=True)}", given)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert told(workspace, "Survey Answered") == []


@pytest.mark.parametrize(("answer", "state"), [("yes", "granted"), ("no", "refused")])
def test_asking_for_consent_keeps_the_wording(workspace, anna, deliver, client, answer, state):
    token = deliver(body={"consent": "promotions"})
    assert "Offers" in client.get(f"/s/{token}").content.decode()
    assert client.post(f"/s/{token}", {"answer": answer}).status_code == 200
    last = ConsentStatement.within(workspace).order_by("-number").first()
    assert (last.purpose, last.state, last.source) == ("promotions", state, "consent page")
    assert "May we write to you" in last.wording


def test_contrast_is_measured_as_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


RAISES = """
survey: raises
questions:
  reason: {ask: What keeps you away?, kind: one, options: {price: Too dear, busy: Too busy}}
  fair: {ask: What would be fair?, kind: number, when: {answer.reason: price}, needed: true}
  taste: {ask: Still dark roast?, kind: quote, when: {person.taste: dark roast}}
  other: {ask: And otherwise?, kind: text, when: {person.taste: light roast}}
"""


def test_a_question_is_asked_when_it_applies(workspace, anna, deliver, client):
    token = deliver(survey=True)
    version = save_survey(workspace=workspace, survey=read_survey(RAISES), now=NOW)
    Delivery.within(workspace).update(survey_version=version)
    page = client.get(f"/s/{token}").content.decode()
    assert ("What would be fair?" in page, "Still dark roast?" in page, "And otherwise?" in page) == (False, True, False)
    first = {"reason": "price", "shown": ["reason", "taste"]}
    page = client.post(f"/s/{token}", first).content.decode()
    assert "What would be fair?" in page
    assert told(workspace, "Survey Answered") == []
    client.post(f"/s/{token}", {"reason": "price", "fair": "5", "taste": "Yes", "shown": ["reason", "fair", "taste"]})
    assert [event["answers"] for event in told(workspace, "Survey Answered")] == [{"reason": "price", "fair": 5, "taste": "Yes"}]


def test_what_is_not_asked_is_not_kept(workspace, anna, deliver, client):
    token = deliver(survey=True)
    version = save_survey(workspace=workspace, survey=read_survey(RAISES), now=NOW)
    Delivery.within(workspace).update(survey_version=version)
    client.post(f"/s/{token}", {"reason": "busy", "fair": "5", "shown": ["reason", "fair", "taste"]})
    assert [event["answers"] for event in told(workspace, "Survey Answered")] == [{"reason": "busy"}]
