"""What the link of a letter that was passed on, or that came to a child, does not change: who somebody is, their age, a yes, a no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import save_purpose
from duologue.people.consent.models import ConsentStatement
from duologue.people.consent.queries import standing
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people
from duologue.platform.secrets.signing import sign
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from tests.web.public.conftest import NOW

WHO = """
survey: who
questions:
  born: {ask: When were you born?, kind: date, fills: {fact: birthday}}
  years: {ask: How old are you?, kind: number, fills: {fact: person.age}}
  old: {ask: Are you old enough?, kind: one, options: ["yes", "no"], fills: {fact: old_enough}}
  until: {ask: Until when are you young?, kind: date, fills: {fact: too_young_until}}
  land: {ask: Where do you live?, kind: text, fills: {fact: country}}
  parent: {ask: Where do we reach a parent?, kind: contact, fills: {fact: parent_email}}
  child: {ask: What is your child called?, kind: text, fills: {fact: child_name}}
  tea: {ask: Which tea?, kind: text, fills: {fact: tea}}
  news: {ask: May we send news?, kind: one, options: ["yes", "no"], fills: {consent: promotions}}
"""
LOOKED_AT = "until one of us has looked at it"


@pytest.fixture
def link(workspace, deliver):
    token, version = deliver(survey=True), save_survey(workspace=workspace, survey=read_survey(WHO), now=NOW)
    Delivery.within(workspace).update(survey_version=version)
    return f"/s/{token}"


def at(workspace, **by):
    type(workspace).objects.filter(pk=workspace.pk).update(clock_at=NOW + timedelta(**by))
    return NOW + timedelta(**by)


def know(workspace, anna, **facts):
    learn(workspace=workspace, facts=[NewFact(anna, key, value, "shop", NOW) for key, value in facts.items()], now=NOW)


def facts(workspace, anna):
    return people(workspace, [anna])[anna].facts


def may(workspace, anna, channel="email"):
    return standing(workspace, [anna])[anna].may(channel, "promotions")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given",
    [
        {"born": "1990-03-01"},
        {"years": "40"},
        {"old": "yes"},
        {"land": "Switzerland"},
        {"parent": "me@elsewhere.example"},
        {"child": "Somebody"},
        {"until": "2000-01-01"},
    ],
)
def test_who_is_too_young_does_not_grow_up_by_a_survey(workspace, anna, link, client, given):
    known = {
        "birthday": "2013-06-01",
        "age": 12,
        "old_enough": "no",
        "country": "DE",
        "parent_email": "mum@x.example",
        "child_name": "Anna",
    }
    know(workspace, anna, **known)
    before = facts(workspace, anna)
    page = client.post(link, {**given, "tea": "assam"}).content.decode()
    assert facts(workspace, anna) == before | {"tea": "assam"}
    assert not may(workspace, anna)
    assert LOOKED_AT in page


@pytest.mark.django_db
def test_of_who_somebody_is_a_survey_adds_what_is_not_known_and_changes_nothing(workspace, anna, link, client):
    first = client.post(link, {"born": "1990-03-01", "parent": "mum@x.example", "land": "Austria"}).content.decode()
    second = client.post(link, {"born": "1980-03-01", "parent": "me@elsewhere.example", "land": "Italy"}).content.decode()
    said = facts(workspace, anna)
    assert (said["birthday"], said["parent_email"], said["country"]) == ("1990-03-01", "mum@x.example", "Italy")
    assert LOOKED_AT in first  # also where it was taken: else the page would say who is too young
    assert LOOKED_AT in second
    assert LOOKED_AT not in client.post(link, {"tea": "assam"}).content.decode()


@pytest.mark.django_db
def test_a_letter_that_asked_before_it_was_taken_back_proves_no_yes_however_often_no_is_said(workspace, anna, deliver, client):
    link = f"/s/{deliver(body={'consent': 'promotions'})}"
    client.post(link, {"answer": "yes"})
    at(workspace, minutes=1)
    client.post(f"/u/{deliver()}", {"what": "all"})
    for minutes, answer in enumerate(["no", "yes", "no", "yes"], 2):
        at(workspace, minutes=minutes)
        page = client.post(link, {"answer": answer}).content.decode()
        assert not may(workspace, anna)
    assert "letter that is on its way" in page
    assert Delivery.within(workspace).filter(turn="agree", purpose="promotions").count() == 1


@pytest.mark.django_db
def test_a_no_in_a_survey_takes_a_yes_back_from_the_letter_that_proved_it(workspace, anna, deliver, link, client):
    asks = f"/s/{deliver(body={'consent': 'promotions'})}"
    client.post(asks, {"answer": "yes"})
    at(workspace, minutes=1)
    client.post(link, {"news": "no"})
    at(workspace, minutes=2)
    client.post(asks, {"answer": "yes"})
    assert not may(workspace, anna)


@pytest.mark.django_db
def test_a_no_that_took_nothing_back_can_become_a_yes_and_a_letter_of_since_then_proves_one(workspace, anna, deliver, client):
    save_purpose(workspace=workspace, name="tests", title="Tests")
    link = f"/s/{deliver(body={'consent': 'tests'})}"
    for minutes, (answer, stands) in enumerate([("no", False), ("yes", True), ("no", False), ("yes", False)], 1):
        at(workspace, minutes=minutes)
        client.post(link, {"answer": answer})
        assert standing(workspace, [anna])[anna].may("email", "tests") == stands
    at(workspace, minutes=9)
    letter = Delivery.within(workspace).get(turn="agree", purpose="tests")
    client.post(reverse("public:survey", args=[sign("page", workspace.pk, letter.pk)]), {"answer": "yes"})
    assert standing(workspace, [anna])[anna].may("email", "tests")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["survey", "letter"])
def test_a_yes_that_changes_nothing_takes_no_older_yes_s_place(workspace, anna, deliver, link, client, page):
    learn(workspace=workspace, facts=[NewFact(anna, "too_young_until", "2030-01-01", "site club", NOW)], now=NOW)
    at(workspace, hours=1)
    before = ConsentStatement.within(workspace).count()
    assert may(workspace, anna)  # said nine days before a stranger's form spoke of an age
    if page == "survey":
        assert client.post(link, {"news": "yes"}).status_code == 200
    else:
        assert client.post(f"/s/{deliver(body={'consent': 'promotions'})}", {"answer": "yes"}).status_code == 200
    assert may(workspace, anna)
    assert ConsentStatement.within(workspace).count() == before
