"""What a person sees of what is known about them: only by a link sent to their own address; and what they may do there."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import Book, Commitment
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.tasks import send_due
from duologue.people.consent.actions import suppress
from duologue.people.consent.queries import standing
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.identifiers.models import Identifier
from duologue.people.intake.actions import take_in
from duologue.people.intake.rules import understand
from duologue.people.models import Event, Objection
from duologue.people.privacy.models import Erasure
from duologue.people.profiles.actions import NewFact, add, learn, merge
from duologue.people.profiles.queries import people
from duologue.platform.audit.models import AuditEntry
from duologue.web.public.own import read_value
from tests.drawn import drawn

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


def later(workspace, **by):
    type(workspace).objects.filter(pk=workspace.pk).update(clock_at=NOW + timedelta(**by))
    return NOW + timedelta(**by)


@pytest.fixture
def known(workspace, anna, deliver, client):
    """Ask for the link and take it from the mailbox."""
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    address = {"kind": "email", "value": "anna@example.com", "shown": "Anna@example.com", "first_seen_at": NOW}
    Identifier(workspace=workspace, profile_id=anna, **address).save()
    more = {"cups": 3, "decaf": False, "birthday": "1990-05-31", "tags": ["a", "b"]}
    learn(workspace=workspace, facts=[NewFact(anna, key, value, "form", NOW, ["promotions"]) for key, value in more.items()], now=NOW)
    token = deliver()
    for _ in range(3):
        assert "on its way" in client.post(f"/k/{token}").content.decode()
    send_due(workspace, NOW)
    (mail,) = KeptMail.within(workspace)
    text = bytes(mail.content).decode().replace("=\r\n", "")
    assert "To: <Anna@example.com>" in text
    return re.search(r"/d/[\w-]+", text)[0]


def facts(workspace, anna):
    return people(workspace, [anna])[anna].facts


def test_a_link_that_may_have_been_passed_on_shows_nothing_of_the_person(workspace, anna, deliver, client, known):
    token = deliver()
    for page in "upnwk":
        html = client.get(f"/{page}/{token}").content.decode()
        assert [word for word in ("dark roast", "Anna@example.com", "1990") if word in html] == []
    assert client.get(f"/d/{token}").status_code == 404
    assert client.get(known.replace("/d/", "/p/")).status_code == 404


def test_what_the_brand_commits_itself_to_stands_beside_what_is_known(workspace, client, known):
    assert "What you can count on" not in client.get(known).content.decode()
    book = Book(name="Shop", commitments=(Commitment("Two letters a month & no more", at_most=2, within="30d"), "Friendly"))
    save_book(workspace=workspace, book=book, now=NOW)
    page = client.get(known).content.decode()
    assert page.index("What you can count on") < page.index("Two letters a month &amp; no more") < page.index("Friendly")


def test_all_is_shown_for_an_hour_with_source_time_and_purpose(workspace, client, known):
    answer = client.get(known)
    page = answer.content.decode()
    for said in (
        "dark roast",
        "from form, 5 January 2026, for Offers",
        "Anna@example.com",
        "a, b",
        "The newsletter, by e-mail: <strong>agreed</strong>",
    ):
        assert said in page
    assert (answer["Referrer-Policy"], "no-store" in answer["Cache-Control"]) == ("no-referrer", True)
    later(workspace, minutes=59)
    assert client.get(known).status_code == 200
    later(workspace, minutes=61)
    late = client.post(known, {"do": "erase", "sure": "yes"})
    assert (late.status_code, "dark roast" in late.content.decode()) == (410, False)
    again = re.search(r'action="(/k/[^"]+)"', late.content.decode())[1]
    assert "on its way" in client.post(again).content.decode()
    assert Delivery.within(workspace).filter(turn="known").count() == 2


@pytest.mark.parametrize(
    ("key", "given_", "becomes"),
    [("taste", " light roast ", "light roast"), ("cups", "4", 4), ("cups", "2,5", 2.5), ("decaf", "yes", True)],
)
def test_a_fact_is_put_right_on_every_profile(workspace, anna, client, known, key, given_, becomes):
    (other,) = add(workspace=workspace, seen_at=[NOW])
    learn(workspace=workspace, facts=[NewFact(other, key, "old", "list", NOW - timedelta(days=1))], now=NOW)
    merge(workspace=workspace, keep=anna, lose=other, because="same", now=NOW)
    assert "It is put right." in client.post(known, {"do": "correct", "key": key, "value": given_}).content.decode()
    assert facts(workspace, anna)[key] == becomes
    assert {row["source"] for row in Event.within(workspace).filter(name="Fact Changed", source="the person").values("source")} == {
        "the person"
    }
    assert AuditEntry.objects.filter(actor="the person").values_list("action", "detail").get() == ("correct fact", {"key": key})


def test_what_was_put_right_is_not_brought_back_by_a_list_that_says_the_same_again(workspace, anna, client, known):
    def told(value, *, days):
        call = {
            "type": "identify",
            "traits": {"email": "anna@example.com", "taste": value},
            "timestamp": (NOW + timedelta(days=days)).isoformat(),
        }
        event = understand(json.dumps(call).encode(), source="shop", received_at=NOW + timedelta(days=days), country="GB")
        take_in(workspace=workspace, events=[event], now=NOW + timedelta(days=days))
        return facts(workspace, anna)["taste"]

    assert told("dark roast", days=0) == "dark roast"
    client.post(known, {"do": "correct", "key": "taste", "value": "light roast"})
    assert told("dark roast", days=1) == "light roast"
    client.post(known, {"do": "correct", "key": "taste", "value": "no roast"})
    assert (told("dark roast", days=2), told("light roast", days=3)) == ("no roast", "no roast")
    assert told("green", days=4) == "green"  # something new is news
    learn(workspace=workspace, facts=[NewFact(anna, "taste", "dark roast", "preference page", NOW + timedelta(days=5))], now=NOW)
    assert facts(workspace, anna)["taste"] == "dark roast"  # their own word
    export = json.loads(client.post(known, {"do": "export"}).content)
    assert next(one["wrong"] for one in export["people"]["facts"] if one["key"] == "taste") == ["dark roast", "light roast"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"do": "correct", "key": "cups", "value": "many"}, "Please write a number."),
        ({"do": "correct", "key": "cups", "value": "nan"}, "Please write a number."),
        ({"do": "correct", "key": "taste", "value": " "}, "Please write what is right."),
        ({"do": "correct", "key": "decaf", "value": "x"}, "Please choose one of the answers."),
        ({"do": "correct", "key": "birthday", "value": "2001-01-01"}, "no longer there"),
        ({"do": "correct", "key": "nothing", "value": "x"}, "no longer there"),
        ({"do": "object", "key": "nothing"}, "no longer there"),
        ({"do": "allow", "key": "taste"}, "no longer there"),
        ({"do": "stop", "key": "bookings"}, "no longer there"),
        ({"do": "erase"}, "Nothing was erased."),
        ({"do": "dance"}, "Please choose one of the answers."),
    ],
)
def test_what_cannot_be_taken_changes_nothing(workspace, anna, client, known, asked, says):
    before = facts(workspace, anna)
    answer = client.post(known, asked)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    if asked.get("value") == "many":
        assert 'value="many"' in answer.content.decode()
    assert facts(workspace, anna) == before
    assert not AuditEntry.objects.exists()


def test_what_is_objected_to_is_forgotten_and_not_learned_again_until_it_may(workspace, anna, client, known):
    (other,) = add(workspace=workspace, seen_at=[NOW])

    def told(profile):
        learn(workspace=workspace, facts=[NewFact(profile, "taste", "dark roast", "list", NOW + timedelta(hours=1))], now=NOW)
        return facts(workspace, anna).get("taste")

    assert "not be kept again" in client.post(known, {"do": "object", "key": "taste"}).content.decode()
    merge(workspace=workspace, keep=anna, lose=other, because="same", now=NOW)
    assert (told(anna), told(other)) == (None, None)
    assert "What you do not want us to keep" in client.get(known).content.decode()
    client.post(known, {"do": "allow", "key": "taste"})
    assert told(anna) == "dark roast"
    assert not Objection.within(workspace).exists()


@pytest.mark.parametrize("do", ["correct", "object"])
@pytest.mark.parametrize("key", ["birthday", "country"])
def test_nobody_makes_themselves_older(workspace, anna, client, known, do, key):
    told = {"birthday": "2016-05-31", "country": "GB"}
    learn(workspace=workspace, facts=[NewFact(anna, name, value, "form", NOW) for name, value in told.items()], now=NOW)
    assert not standing(workspace, [anna])[anna].may("email", "newsletter")
    page = client.post(known, {"do": do, "key": key, "value": "1990-01-01" if key == "birthday" else "CH"})
    assert (page.status_code, facts(workspace, anna)[key]) == (422, told[key])
    assert not standing(workspace, [anna])[anna].may("email", "newsletter")


def test_a_letter_that_was_passed_on_makes_three_letters_a_day_at_most(workspace, anna, deliver, client, known):
    token = deliver()
    for minutes, said in ((11, "on its way"), (22, "on its way"), (33, "three times today"), (24 * 60 + 12, "on its way")):
        later(workspace, minutes=minutes)
        assert said in client.post(f"/k/{token}").content.decode()
    assert Delivery.within(workspace).filter(turn="known").count() == 4


def test_the_link_goes_to_an_address_that_works_or_it_is_said_that_there_is_none(workspace, anna, deliver, client, known):
    at = later(workspace, hours=1)
    attach(workspace=workspace, identifiers=[NewIdentifier(anna, "email", "new@example.com", "new@example.com")], now=at)
    for bounced, said in (("new@example.com", "on its way"), ("anna@example.com", "no e-mail address")):
        suppress(workspace=workspace, channel="email", addresses=[bounced], reason="hard_bounce", now=at)
        assert said in client.post(f"/k/{deliver()}").content.decode()
        send_due(workspace, at)
    mails = [bytes(mail.content).decode() for mail in KeptMail.within(workspace).order_by("pk")]
    assert [re.search("To: <(.*)>", mail)[1] for mail in mails] == ["Anna@example.com"] * 2


def test_who_chooses_a_language_allows_it_to_be_kept(workspace, anna, deliver, client, known):
    learn(workspace=workspace, facts=[NewFact(anna, "locale", "en", "form", NOW)], now=NOW)
    client.post(known, {"do": "object", "key": "locale"})
    client.post(f"/p/{deliver()}", {"language": "de"})
    assert (facts(workspace, anna)["locale"], people(workspace, [anna])[anna].locale) == ("de", "de")


def test_a_use_is_objected_to_for_good(workspace, anna, client, known):
    later(workspace, minutes=1)
    assert "nothing more for this" in client.post(known, {"do": "stop", "key": "promotions"}).content.decode()
    stands = standing(workspace, [anna])[anna]
    assert (stands.may("email", "promotions"), stands.may("email", "newsletter")) == (False, True)


def test_it_can_be_taken_along_and_erased(workspace, anna, client, known):
    file = client.post(known, {"do": "export"})
    assert 'filename="my-data.json"' in file["Content-Disposition"]
    assert "dark roast" in json.dumps(file.json()["people"]["facts"])
    gone = client.post(known, {"do": "erase", "sure": "yes"}).content.decode()
    proof = Erasure.within(workspace).get()
    assert f"Number of the proof: {proof.pk}" in gone
    assert facts(workspace, anna) == {}
    assert "dark roast" not in client.get(known).content.decode()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["export person", "erase person"]


@settings(max_examples=drawn(50))
@given(st.one_of(st.booleans(), st.integers(-(10**14), 10**14), st.text(min_size=1).filter(str.strip)), st.text())
def test_a_value_stays_of_its_kind(before, text):
    try:
        read = read_value(before, text)
    except ValueError as wrong:
        assert str(wrong) in {"own_empty", "not_an_option", "not_a_number"}
    else:
        assert isinstance(read, (bool if isinstance(before, bool) else int | float if isinstance(before, int) else str))
