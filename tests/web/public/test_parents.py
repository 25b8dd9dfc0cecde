"""Somebody of fourteen signs up in a country that asks for sixteen: nothing comes before a parent's yes, and nothing after a no."""

import re
from datetime import timedelta

import pytest

from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail
from duologue.engage.conversations.leaving import withdraw
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.models import Delivery
from duologue.engage.models import Admission
from duologue.engage.runs.actions import start_dialogue
from duologue.engage.runs.launch import launch_sheet
from duologue.engage.sites.actions import save_site
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.consent.models import ConsentStatement
from duologue.people.consent.queries import standing
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.identifiers.queries import find
from duologue.people.models import Event, Received
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.strategize.segments.actions import save_segment, sweep
from duologue.strategize.segments.models import Segment, SegmentMember
from duologue.web.public import machines
from tests.engage.runs.conftest import Shop

pytestmark = pytest.mark.django_db(transaction=True)

SITE = """
site: club
title: The club
asks: [email, first_name, ASKS]
consent: {newsletter: "Yes, write to me."}
confirm: false
embed: [https://shop.example]
"""
FORM = {"email": "kim@example.com", "first_name": "Kim", "consent-newsletter": "yes"}
NEWS = """
dialogue: news
purpose: newsletter
audience: readers
turns:
  hello: {say: hello, listen: [{silence: 3d, then: end}]}
"""


@pytest.fixture
def club(workspace):
    Workspace.objects.filter(pk=workspace.pk).update(country="DE", locale="de")
    workspace.refresh_from_db()
    save_purpose(workspace=workspace, name="newsletter", title="Neues")
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    text = "segment: readers\nabout: May be written to\nwhere: {may: {by: email, purpose: newsletter}}\n"
    save_segment(workspace=workspace, name="readers", source_yaml=text, now=now(workspace))
    save_message(workspace=workspace, name="hello", source={"subject": "Hello", "body": "Hello."}, now=now(workspace))
    machines._seen.clear()
    return workspace


def send(client, club, asks, **more):
    save_site(workspace=club, source=SITE.replace("ASKS", asks), now=now(club))
    return client.post("/at/shop/club", {**FORM, **more}, headers={"Origin": "https://shop.example"})


def mails(club):
    return [bytes(one.content).decode() for one in KeptMail.within(club).order_by("pk")]


def may(club):
    kim = find(club, "email", "kim@example.com")
    return standing(club, [kim])[kim].may("email", "newsletter")


def test_the_age_is_needed_also_where_an_answer_agrees(club, client):
    survey = "survey: taste\nquestions:\n  more: {ask: May we write?, kind: one, options: [gladly, never], fills: {consent: newsletter}}\n"
    save_survey(workspace=club, survey=read_survey(survey), now=now(club))
    site = SITE.replace("ASKS", "birthday").replace('consent: {newsletter: "Yes, write to me."}', "survey: taste")
    save_site(workspace=club, source=site, now=now(club))
    said = {"email": "kim@example.com", "more": "gladly"}
    answer = client.post("/at/shop/club", said, headers={"Origin": "https://shop.example"})
    assert answer.status_code == 422
    assert not Received.within(club).exists()


@pytest.mark.parametrize(("asks", "told"), [("birthday", "2011-05-31"), ("old_enough", "no")])
def test_a_parent_is_asked_first(club, client, asks, told):
    Shop(club).dialogue(NEWS)
    asked = send(client, club, asks, **{asks: told})
    assert "E-Mail eines Elternteils" in asked.content.decode()
    assert not Event.within(club).exists()
    own = send(client, club, asks, **{asks: told, "parent_email": "KIM@example.com"})
    assert (own.status_code, "nicht Ihre eigene" in own.content.decode()) == (422, True)
    assert send(client, club, asks, **{asks: told, "parent_email": "mum@example.com"}).status_code == 303
    turn_the_wheel(club, now(club))
    turn_the_wheel(club, now(club))
    (letter,) = mails(club)
    assert "To: <mum@example.com>" in letter
    assert (may(club), SegmentMember.within(club).filter(member=True).count()) == (False, 0)
    whole = letter.replace("=\r\n", "").replace("=\n", "")
    link = re.search(r"/g/[\w-]+", whole)[0]
    assert re.findall(r"/[pw]/[\w-]{8,}", whole) == []  # those pages are the child's
    page = client.get(link).content.decode()
    assert "Kim möchte hören von" in page
    assert 'value="yes">' in page  # never ticked beforehand
    assert client.get(link.replace("/g/", "/p/")).status_code == 404
    assert "Neues: ja" in client.post(link, {"newsletter": "yes", "shown": "newsletter"}).content.decode()
    said = ConsentStatement.within(club).order_by("-number").first()
    assert (said.channel, said.state, said.proof) == ("parent", "granted", {"delivery": Delivery.within(club).get(turn="parent").pk})
    turn_the_wheel(club, now(club))
    turn_the_wheel(club, now(club))
    assert [re.search("To: <(.*)>", mail)[1] for mail in mails(club)] == ["mum@example.com", "kim@example.com"]
    client.post(link, {"shown": "newsletter"})
    assert not may(club)


def test_nobody_of_that_age_is_mailable_by_whatever_way_they_came(club):
    shop = Shop(club)
    child, grown = shop.add_people(2, consent=False)
    shop.state([child, grown], "granted", "newsletter")
    turn_the_wheel(club, now(club))
    shop.know("birthday", [child], "2011-05-31")
    shop.know("birthday", [grown], "1990-05-31")
    turn_the_wheel(club, now(club))
    inside = SegmentMember.within(club).filter(member=True)
    assert list(inside.values_list("person", flat=True)) == [grown]
    assert sweep(workspace=club, segment=Segment.within(club).get(name="readers"), now=now(club)) == 0
    assert list(inside.values_list("person", flat=True)) == [grown]
    shop.segment("tea", [child, grown])
    shop.dialogue(NEWS.replace("audience: readers", "audience: tea"), start=False)
    said = launch_sheet(workspace=club, name="news", now=now(club))
    assert (said.now, said.never) == (1, {"needs_parent": 1})
    start_dialogue(workspace=club, name="news", now=now(club))
    shop.turn()
    assert list(Admission.within(club).order_by("person").values_list("verdict", "reason")) == [
        ("not_started", "needs_parent"),
        ("admitted", ""),
    ]


@pytest.mark.parametrize(
    ("asks", "more", "says"),
    [("birthday", {}, "Bitte beantworten"), ("birthday", {"birthday": "31.5."}, "Datum"), ("old_enough", {"old_enough": "x"}, "Antworten")],
)
def test_an_age_that_is_asked_for_is_needed_where_something_is_agreed_to(club, client, asks, more, says):
    answer = send(client, club, asks, **more)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_who_is_old_enough_is_asked_nothing_more(club, client):
    assert send(client, club, "birthday, country", birthday="2011-05-31", country="Austria").status_code == 303
    turn_the_wheel(club, now(club))
    assert may(club)


def granted(club, day):
    person = add(workspace=club, seen_at=[day])[0]
    attach(workspace=club, identifiers=[NewIdentifier(person, "email", "kim@example.com", "kim@example.com")], now=day)
    state(workspace=club, statements=[NewStatement(person, "email", "newsletter", "granted", day, "shop")], now=day)
    learn(workspace=club, facts=[NewFact(person, "first_name", "Kimberley", "shop", day)], now=day)


def test_a_form_about_somebody_else_takes_nothing_from_them_and_tells_nothing_of_them(club, client):
    granted(club, now(club) - timedelta(days=400))
    form = {"birthday": "2015-05-31", "parent_email": "me@example.com", "first_name": ""}
    assert send(client, club, "birthday", **form).status_code == 303
    turn_the_wheel(club, now(club))
    turn_the_wheel(club, now(club))
    assert may(club)
    (letter,) = mails(club)
    link = re.search(r"/g/[\w-]+", letter.replace("=\r\n", "").replace("=\n", ""))[0]
    assert "Kimberley" not in letter + client.get(link).content.decode()


def test_whoever_was_a_child_does_not_grow_up_by_a_second_form(club, client):
    told = {"asks": "birthday, country", "parent_email": "mum@example.com"}
    for minutes, birthday, country in ((0, "2013-05-31", ""), (60, "1990-05-31", ""), (120, "2013-05-31", "Switzerland")):
        Workspace.objects.filter(pk=club.pk).update(clock_at=now(club) + timedelta(minutes=minutes))
        club.refresh_from_db()
        send(client, club, **told, birthday=birthday, country=country)
        turn_the_wheel(club, now(club))
        assert not may(club)
    kim = find(club, "email", "kim@example.com")
    learn(workspace=club, facts=[NewFact(kim, "too_young_until", "2000-01-01", "a colleague's file", now(club))], now=now(club))
    assert may(club)


def test_one_address_gets_three_letters_a_week_at_most(club, client):
    for number in range(5):
        who = {"email": f"kim{number}@example.com", "first_name": f"Kim{number}"}
        send(client, club, "birthday", birthday="2013-05-31", parent_email="Mum@example.com", **who)
        if number == 1:
            turn_the_wheel(club, now(club))
    turn_the_wheel(club, now(club))
    assert Delivery.within(club).filter(turn="parent").count() == 3


def test_who_leaves_while_a_parent_is_asked_has_left(club):
    (kim,) = Shop(club).add_people(1, consent=False)
    learn(workspace=club, facts=[NewFact(kim, "birthday", "2011-05-31", "shop", now(club))], now=now(club))
    yes = [NewStatement(kim, channel, "newsletter", "granted", now(club), "form") for channel in ("email", "parent")]
    state(workspace=club, statements=yes[:1], now=now(club))
    assert withdraw(workspace=club, person=kim, profile=kim, channel="email", source="reply", now=now(club)) == ["newsletter"]
    state(workspace=club, statements=yes[1:], now=now(club) + timedelta(hours=1))
    assert not standing(club, [kim])[kim].may("email", "newsletter")
