"""A broadcast is a text of the language, and what the screen asks is read back from it."""

from datetime import datetime, timedelta
from functools import partial

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.engage.broadcasts import actions, lately
from duologue.engage.broadcasts.asking import named
from duologue.engage.broadcasts.queries import find
from duologue.engage.broadcasts.rules.standing import standing_of
from duologue.engage.broadcasts.rules.texts import Broadcast, dialogue_text, message_text, read_back
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.actions import note_outcome
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.rules.source import contents, read_message
from duologue.engage.runs.actions import pause, start_dialogue
from duologue.engage.runs.moving import NotPossible
from duologue.engage.runs.timetable import keep
from duologue.people.models import Event
from duologue.web.public import letters
from tests.drawn import drawn
from tests.engage.runs.conftest import shop  # noqa: F401 - a shop with people on a virtual clock
from tests.web import seed

TWO_TURNS = """
dialogue: two-turns
purpose: promotions
audience: tea
turns:
  one: {say: hello, listen: [{clicked: any, then: end}, {silence: 3d, then: two}]}
  two: {say: again, listen: [{silence: 3d, then: three}]}
  three: {ask: {consent: promotions}, listen: [{silence: 3d, then: end}]}
"""
LETTER = """
dialogue: late
purpose: promotions
audience: tea
starts: {at: "WHEN"}
clock: workspace
turns:
  letter: {say: hello, listen: [{silence: 14d, then: end}]}
"""
HOUR = timedelta(hours=1)
LATER = datetime.fromisoformat("2026-01-05T12:00")
words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda s: "{" not in s
)
broadcasts = st.builds(
    Broadcast,
    name=st.just("spring-sale"),
    about=words,
    segment=st.just("tea"),
    purpose=st.just("promotions"),
    subject=words,
    preview=st.just("") | words,
    body=words,
    subjects=st.lists(words, max_size=3).map(tuple),
    share=st.sampled_from([5, 12.5, 50]),
    hours=st.integers(1, 72),
    by=st.sampled_from(["responses", "goal", "stays"]),
    when=st.sampled_from(["at", "every"]),
    day=st.just("2026-02-01"),
    time=st.just("09:30"),
    rule=st.just("FREQ=WEEKLY;BYDAY=TU"),
    clock=st.sampled_from(["person", "workspace"]),
    pace=st.sampled_from([0, 500]),
    warm_from=st.sampled_from([0, 200]),
    doubling=st.integers(1, 9),
    warm_to=st.just(5000),
    first=st.sampled_from([0, 100]),
    first_hours=st.integers(1, 48),
    limits=st.sampled_from([{}, {"bounced": 5.0}, {"bounced": 5.0, "reported": 0.3, "left": 2.0}]),
    archive=st.booleans(),
    holdout=st.sampled_from([0, 10]),
)


@settings(max_examples=drawn(25), deadline=None)
@given(broadcasts)
def test_what_the_screen_asks_is_what_its_text_says(one):
    message = read_message(one.name, message_text(one))
    assert [said.subject for said in contents(message).values()] == [one.subject, *one.subjects]

    back = read_back(dialogue_text(one), msgspec.to_builtins(message), LATER)
    assert back is not None
    assert dialogue_text(back) == dialogue_text(one)
    assert message_text(back) == message_text(one)


def test_a_text_with_more_than_the_screen_asks_is_left_to_be_text():
    text = dialogue_text(Broadcast("b", segment="tea", purpose="promotions", subject="s", body="b", when="at", day="2026-02-01"))
    assert read_back(text, None, LATER) is not None
    assert read_back(text.replace("silence: 14d", "silence: 9d"), None, LATER) is None
    assert read_back("dialogue: b\n", None, LATER) is None


def test_long_names_are_cut_and_stay_apart():
    one, other = named(f"ask-promotions-{'tea' * 20}"), named(f"ask-promotions-{'tea' * 20}-too")
    assert one != other
    assert len(one) == len(other) == 63
    assert named("ask-promotions-tea") == "ask-promotions-tea"


@pytest.mark.parametrize(
    ("state", "more", "stands"),
    [
        ("draft", {}, "draft"),
        ("live", {"next_at": datetime.fromisoformat("2026-02-01")}, "scheduled"),
        ("live", {"next_at": datetime.fromisoformat("2026-01-05")}, "sending"),
        ("live", {"waiting": 1}, "sending"),
        ("live", {}, "done"),
        ("paused", {"stopped": True}, "stopped"),
        ("paused", {}, "paused"),
        ("ended", {"waiting": 1}, "done"),
    ],
)
def test_where_it_stands(state, more, stands):
    given = {"stopped": False, "in_hand": False, "waiting": 0, "next_at": None, "now": LATER, **more}
    assert standing_of(state, **given) == stands


def test_a_count_is_good_for_longer_the_more_was_counted():
    assert [lately.seconds(letters, moves=True) for letters in (4_999, 20_000, 1_000_000)] == [0, 4, 60]
    assert lately.seconds(20_000, moves=False) == 40
    asked = []
    for many in (4_999, 4_999, 1_000_000, 1_000_000):
        lately.counted(("a test", many), partial(asked.append, many), letters=many, moves=True)
    assert asked == [4_999, 4_999, 1_000_000]
    assert lately.held(("a test", 1_000_000)) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_it_is_kept_sent_and_stopped_and_the_first_page_says_so(shop, client):  # noqa: F811
    shop.add_people(30)
    silent = shop.add_people(3, consent=False)
    shop.state(silent[1:2], "withdrawn")
    shop.state(silent[2:], "refused")
    shop.know("first_name", shop.people, "Ann")
    shop.segment("tea", shop.people)
    client.force_login(seed.staff_for(shop.workspace), backend="allauth.account.auth_backends.AuthenticationBackend")
    where = reverse("engage:new-broadcast", args=["shop"])
    asked = {"about": "Tulips", "segment": "tea", "purpose": "promotions", "subject": "Spring", "body": "Look {{ person.first_name }}"}
    refused = client.post(where, asked)
    assert refused.status_code == 422
    assert "needs a fall-back" in refused.text
    assert "Look {{ person.first_name }}" in refused.text
    letter = (
        'Dear {{ person.first_name | default: "friend" }},\n\n[Look](https://shop.example/?for={{ person.first_name | default: "all" }})'
    )
    fine = {**asked, "body": letter, "first": "10", "stops": "yes", "bounced": "5", "archive": "yes"}
    assert client.post(where, {**fine, "hours": "many"}).status_code == 422
    kept = client.post(where, fine)
    assert kept["location"] == reverse("engage:broadcast", args=["shop", "tulips"])
    found = find(shop.workspace, "tulips", shop.now)
    assert (found.standing, found.broadcast.when, found.broadcast.first) == ("draft", "now", 10)
    page = client.get(kept["location"])
    assert "There is no line beside the subject." in page.text
    rehearse(shop, client)
    assert client.get("/at/shop/letters/").status_code == 404
    letters.forget()
    send = reverse("engage:send-broadcast", args=["shop", "tulips"])
    assert "Its segment has 33 people now, not 29" in client.post(send, {"people": "29"}, follow=True).text
    client.post(send, {"people": "33"})
    assert find(shop.workspace, "tulips", shop.now).standing == "scheduled"
    shop.advance(minutes=30)
    left = list(Delivery.within(shop.workspace).filter(state="accepted", dialogue__isnull=False).values_list("pk", flat=True))
    assert len(left) == 10
    assert Client().get("/at/shop/letters/").status_code == 404
    letters.forget()
    note_outcome(workspace=shop.workspace, deliveries=left[:1], kind="bounced", at=shop.now)
    shop.advance(hours=3)
    assert find(shop.workspace, "tulips", shop.now).standing == "stopped"
    home = client.get(reverse("home:home", args=["shop"])).text
    assert "“tulips” stopped itself" in home
    assert "1 of 10 letters bounced: 10.0%, more than the 5.00% allowed." in home
    assert "It stopped itself." in client.get(kept["location"]).text
    assert Client().get("/at/shop/letters/").status_code == 404
    letters.forget()
    client.post(reverse("strategize:resume", args=["shop", "tulips"]), {"back": "broadcast"})
    shop.advance(minutes=5)
    assert Delivery.within(shop.workspace).filter(state="accepted", dialogue__isnull=False).count() == 30
    assert find(shop.workspace, "tulips", shop.now).standing == "done"
    read_by_everybody(Client())
    sheet = client.get("/shop/strategize/dialogues/tulips/launch-sheet").text
    assert "Ask the 3 who have not agreed" in sheet
    assert "needs consent itself" in client.post("/shop/strategize/dialogues/tulips/ask", {"by": "newsletter"}, follow=True).text
    client.post("/shop/strategize/dialogues/tulips/ask", {"by": "bookings"})
    assert "already, which stays as it is" in client.post("/shop/strategize/dialogues/tulips/ask", {"by": "bookings"}, follow=True).text
    shop.advance(minutes=2)
    asked_for = Delivery.within(shop.workspace).filter(dialogue__name="ask-promotions-tea", state="accepted")
    assert not asked_for.exists()
    start_dialogue(workspace=shop.workspace, name="ask-promotions-tea", now=shop.now)
    shop.advance(minutes=2)
    assert list(asked_for.values_list("profile_id", flat=True)) == silent[:1]
    with pytest.raises(NotPossible, match="begun"):
        actions.save(workspace=shop.workspace, broadcast=found.broadcast, now=shop.now)


@pytest.mark.django_db(transaction=True)
def test_whom_a_pause_of_more_than_a_day_left_out_is_said(shop, client, monkeypatch):  # noqa: F811
    shop.segment("tea", shop.add_people(5))
    shop.dialogue(LETTER.replace("WHEN", f"{shop.now + HOUR:%Y-%m-%d %H:%M}"))
    client.force_login(seed.staff_for(shop.workspace), backend="allauth.account.auth_backends.AuthenticationBackend")
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", 2)
    shop.turn()
    keep(shop.workspace, shop.now + HOUR)
    pause(workspace=shop.workspace, name="late", because="a typing mistake", now=shop.now)
    where = reverse("engage:broadcast", args=["shop", "late"])
    shown = client.get(where).text
    assert "Let it go on by" in shown
    assert "not written to: 3 people of its segment." in shown
    shop.advance(days=2)
    shown = client.get(where).text
    assert "“Go on” sends the 2 letters that wait. Whoever was not let in yet is not written to: 3 people of its segment." in shown
    client.post(reverse("strategize:resume", args=["shop", "late"]), {"back": "broadcast"})
    shop.advance(minutes=5)
    shown = client.get(where).text
    assert find(shop.workspace, "late", shop.now).standing == "done"
    assert "<b>3 people of its segment were not written to.</b>" in shown
    assert "not: {did: {event: Message Sent, where: {dialogue: late}}}<" in shown


def rehearse(shop, client):  # noqa: F811
    """A trial letter and a whole play come to a colleague, marked, and nobody's figures know of them."""
    assert (
        "no address of someone who works here" in client.post("/shop/engage/messages/tulips/try", {"to": "a@b.example"}, follow=True).text
    )
    client.post("/shop/engage/messages/tulips/try", {"to": "imogen@shop.example", "of": "tulips"})
    shop.dialogue(TWO_TURNS, start=False)
    client.post("/shop/strategize/dialogues/two-turns/play", {"to": "imogen@shop.example", "answers": "nothing"})
    board = client.get("/shop/strategize/dialogues/two-turns/storyboard").text
    assert "Approved by" in board
    shop.advance(minutes=2)
    mails = list(KeptMail.within(shop.workspace).order_by("at", "pk"))
    assert {mail.recipient for mail in mails} == {"imogen@shop.example"}
    assert sorted(mail.subject for mail in mails) == [
        "[Test, day 1, one] hello",
        "[Test, day 4, two] again",
        "[Test, day 7, three] (Here it asks for consent to promotions.)",
        "[Test] Spring",
    ]
    trial = next(bytes(mail.content).decode() for mail in mails if mail.subject == "[Test] Spring").replace("=\r\n", "")
    assert "https://shop.example/?for=3Dall" in trial
    assert "/u/test" in trial
    assert "Ann" not in trial
    seed.staff_for(shop.workspace, "guest", "guest@shop.example")
    named = {"to": "guest@shop.example", "person": shop.people[0]}
    assert "may not see people" in client.post("/shop/engage/messages/tulips/try", named, follow=True).text
    assert not Delivery.within(shop.workspace).filter(dialogue__isnull=False).exists()
    assert not Event._rows.filter(name="Message Sent").exists()


def read_by_everybody(stranger):
    """The archive, its letter and its feed, without account and without anything personal."""
    letters.forget()
    page = stranger.get("/at/shop/letters/")
    assert page.status_code == 200
    assert "max-age=300" in page["Cache-Control"]
    assert len(page.content) < 4_000
    letter = stranger.get("/at/shop/letters/tulips/1").text
    assert "Dear friend," in letter
    assert 'href="https://shop.example/?for=all"' in letter
    assert stranger.get("/at/shop/letters/tulips/9").status_code == 404
    feed = stranger.get("/at/shop/letters/feed.xml")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert "<title>Spring</title>" in feed.text
    assert stranger.get("/at/shop/letters/feed.xml", headers={"If-None-Match": feed["ETag"]}).status_code == 304
