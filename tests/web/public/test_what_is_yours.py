"""The page on which people see what they were given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duologue.engage.messages.models import Delivery
from duologue.engage.perks import lives
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.models import Perk
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.platform.secrets import signing
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
OFFERS = {
    "ten": "kind: discount\nworth: 10%\nsays: Ten off your next order.\nlasts: 14d",
    "pot": "kind: gift\nworth: 8 GBP",
    "pour": "kind: tip\nsays: Warm the pot first.",
    "month": "kind: trial\nlasts: 30d",
    "points": "kind: points\nworth: 1250",
    "credit": "kind: credit\nworth: 10 GBP",
    "spring": "kind: discount\nworth: 5 GBP\ncode: {shared: SPRING}",
}


@pytest.fixture
def given(workspace, anna):
    """Anna was given one of each; of them the gift was taken back, and somebody else got one too."""
    (other,) = add(workspace=workspace, seen_at=[NOW])
    for name, text in OFFERS.items():
        save_offer(workspace=workspace, offer=read_offer(f"offer: {name}\n{text}\n"), now=NOW)
        perks = reserve(workspace=workspace, requests=[PerkRequest(name, person, person) for person in (anna, other)], now=NOW)
        lives.issue(workspace=workspace, perks=[one.perk for one in perks], now=NOW)
    found = {one.offer.name: one for one in Perk.within(workspace).filter(person=anna).select_related("offer")}
    lives.withdraw(workspace=workspace, perks=[found["pot"].pk], reason="It is sold out, sorry.", now=NOW)
    return found


def read(client, token, page="m"):
    return " ".join(client.get(f"/{page}/{token}").content.decode().split())


@pytest.fixture
def sent_to_them(workspace, deliver):
    """The token in the letter that was sent to their own address."""
    Delivery.within(workspace).filter(pk=signing.read("page", deliver())[1]).update(turn="known")
    return signing.sign("known", workspace.pk, Delivery.within(workspace).get(turn="known").pk)


@pytest.mark.django_db
def test_whoever_gets_a_forwarded_letter_sees_what_that_letter_brought_and_no_more(workspace, client, deliver, given, sent_to_them):
    token = deliver(body={"perks": {"ten": {"perk": given["ten"].pk, "code": given["ten"].code}}})
    page = read(client, token, "y")
    assert (page.count('class="code"'), given["ten"].code in page) == (1, True)
    others = [one.code for one in Perk.within(workspace).exclude(pk=given["ten"].pk) if one.code]
    assert [said for said in (*others, "SPRING", "1,250", "10.00", "Warm the pot", "sold out") if said in page] == []
    assert f'action="/k/{token}"' in page
    assert "This message brought nothing to use." in read(client, deliver(), "y")
    assert client.get(f"/m/{token}").status_code == 404
    assert f'href="/m/{sent_to_them}"' in read(client, sent_to_them, "d")
    Delivery.within(workspace).update(accepted_at=NOW - timedelta(minutes=61))
    late = client.get(f"/m/{sent_to_them}")
    assert (late.status_code, "SPRING" in late.content.decode()) == (410, False)


@pytest.mark.django_db
def test_it_shows_what_can_be_used_and_what_is_over(workspace, client, sent_to_them, given, anna, django_assert_max_num_queries):
    token = sent_to_them
    with django_assert_max_num_queries(14):
        page = read(client, token)
    assert page.count('class="code"') == 4  # ten, the trial, credit, and the word that many share
    for said in (given["ten"].code, "SPRING", "10% off", "Warm the pot first.", "<b>1,250</b> points to spend", "<b>£10.00</b> of credit"):
        assert said in page, said
    assert 'Good until <time datetime="2026-01-19' in page
    assert 'Runs until <time datetime="2026-02-04' in page
    usable, _, over = page.partition("Used, or over")
    assert given["pot"].code not in page
    assert "A gift, worth £8.00" in over
    assert "A gift" not in usable
    assert "It is sold out, sorry." in over
    assert sum(one.code in page for one in Perk.within(workspace).exclude(person=anna).exclude(code="")) == 0
    learn(workspace=workspace, facts=[NewFact(anna, "locale", "de-AT", "form", NOW)], now=NOW)
    assert "Was Ihnen gehört" in read(client, token)
    assert "10% Rabatt" in read(client, token)


@pytest.mark.django_db
def test_who_has_nothing_is_told_so(client, sent_to_them):
    assert "There is nothing to use at the moment." in read(client, sent_to_them)
