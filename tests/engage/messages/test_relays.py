"""Deliveries through real relays: what each answer of a carrier does to a delivery."""

from datetime import timedelta

import dkim as dkimpy
import pytest

from duologue.engage.channels.actions import RelayRefused, save_relay
from duologue.engage.channels.email.actions import make_dkim_key
from duologue.engage.channels.models import KeptMail, Relay
from duologue.engage.messages import actions, doubts, queries, tasks
from duologue.engage.messages.models import Attempt, Delivery
from duologue.engage.perks.models import Perk
from duologue.people.consent.queries import suppressed
from duologue.people.identifiers.models import Identifier
from duologue.people.timeline import names
from duologue.strategize.offers.models import Offer, OfferVersion
from tests.engage.channels.conftest import free_port, server  # noqa: F401 - a fixture
from tests.engage.messages.test_sending import events


@pytest.fixture
def by_smtp(shop, server):  # noqa: F811
    Relay.within(shop).delete()
    save_relay(workspace=shop, name="main", kind="smtp", is_test=True, settings=way(server.port))
    return server


def way(port):
    return {"host": "127.0.0.1", "port": port, "security": "none", "connections": 2, "reply_within": 5}


def at(shop, profile, address):
    Identifier.within(shop).filter(profile_id=profile).update(value=address, shown=address)
    return profile


def test_each_answer_of_the_carrier(shop, by_smtp, person, delivery, now):
    who = {
        name: at(shop, person(n), f"{name}@example.com")
        for n, name in enumerate(["ok", "later", "never", "drop", "ö", "a b", "plain", "policy"])
    }
    actions.plan(workspace=shop, deliveries=[delivery(one) for one in who.values()], now=now)
    tasks.send_due(shop, now)
    rows = {row.profile_id: row for row in Delivery.within(shop)}
    found = {name: (rows[one].state, rows[one].reason) for name, one in who.items()}
    assert found == {
        "ok": ("accepted", ""),
        "later": ("queued", "4.7.1"),
        "never": ("failed", "5.1.1"),
        "drop": ("uncertain", "no_reply"),
        "ö": ("accepted", ""),
        "a b": ("failed", "bad_address"),
        "plain": ("failed", "5.1.1"),
        "policy": ("failed", "550"),
    }
    assert rows[who["later"]].due_at == now + timedelta(minutes=5) == queries.next_due(shop)
    assert sorted(properties["reason"] for _, properties, _ in events(shop, names.MESSAGE_FAILED)) == [
        "5.1.1",
        "5.1.1",
        "550",
        "bad_address",
    ]
    assert [profile for profile, _, _ in events(shop, names.MESSAGE_UNCERTAIN)] == [who["drop"]]
    assert suppressed(shop, "email", [f"{name}@example.com" for name in who]) == {"never@example.com", "plain@example.com"}
    tasks.send_due(shop, now + timedelta(minutes=5))
    assert list(Attempt.within(shop).filter(delivery=rows[who["later"]]).order_by("number").values_list("number", "outcome")) == [
        (1, "deferred"),
        (2, "deferred"),
    ]
    assert by_smtp.tries["drop"] == 1
    tasks.send_due(shop, now + timedelta(days=4))
    assert Delivery.within(shop).get(profile=who["later"]).reason == "too_late"


def test_a_relay_in_trouble_rests_and_another_takes_its_letters(shop, by_smtp, person, delivery, now):
    save_relay(workspace=shop, name="gone", kind="smtp", is_test=True, weight=50, settings=way(free_port()))
    actions.plan(workspace=shop, deliveries=[delivery(person(n)) for n in range(6)], now=now)
    tasks.send_due(shop, now)
    assert set(Delivery.within(shop).values_list("state", "relay")) == {("accepted", "main")}
    gone = Relay.within(shop).get(name="gone")
    assert gone.resting_until == now + timedelta(minutes=1)
    assert "cannot be reached" in gone.trouble


def test_where_every_relay_rests_deliveries_wait_for_the_first(shop, by_smtp, person, delivery, now):
    Relay.within(shop).update(resting_until=now + timedelta(minutes=1))
    actions.plan(workspace=shop, deliveries=[delivery(person(1))], now=now)
    tasks.send_due(shop, now)
    assert queries.next_due(shop) == now + timedelta(minutes=1)
    tasks.send_due(shop, now + timedelta(minutes=1))
    assert Delivery.within(shop).get().state == "accepted"


def test_letters_are_shared_by_weight(shop, by_smtp, person, delivery, now):
    save_relay(workspace=shop, name="box", kind="mailbox", weight=3)
    actions.plan(workspace=shop, deliveries=[delivery(person(n)) for n in range(60)], now=now)
    tasks.send_due(shop, now)
    assert len(by_smtp.got) + KeptMail.within(shop).count() == 60
    assert 5 <= len(by_smtp.got) <= 25


def test_what_arrives_is_signed_for_the_senders_domain(shop, by_smtp, person, delivery, now):
    name, record = make_dkim_key(workspace=shop, domain="shop.example", selector="one")
    assert name == "one._domainkey.shop.example"
    actions.plan(workspace=shop, deliveries=[delivery(person(1))], now=now)
    tasks.send_due(shop, now)
    [(_, _, content)] = by_smtp.got
    assert dkimpy.verify(content, dnsfunc=lambda asked, timeout=5: record.encode())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "pigeon"}, "kind is 'pigeon'"),
        ({"kind": "smtp"}, "needs a host"),
        ({"kind": "smtp", "settings": {"host": "a", "security": "maybe"}}, "security is 'maybe'"),
        ({"kind": "smtp", "settings": {"host": "a", "password": "x"}}, "kept as a secret"),
    ],
)
def test_relays_that_cannot_be_kept(shop, given, said):
    with pytest.raises(RelayRefused, match=said):
        save_relay(workspace=shop, name="x", **given)


def test_a_person_releases_what_is_in_doubt(shop, by_smtp, person, delivery, now):
    for number in (1, 2):
        at(shop, person_ := person(number), "drop@example.com" if number == 1 else "drop-2@example.com")
        actions.plan(workspace=shop, deliveries=[delivery(person_)], now=now)
    tasks.send_due(shop, now)
    once, twice = Delivery.within(shop).order_by("id")
    late = now + timedelta(days=5)
    assert doubts.call_sent(workspace=shop, deliveries=[once.pk], now=late) == 1
    assert doubts.call_sent(workspace=shop, deliveries=[once.pk], now=late) == 0
    once.refresh_from_db()
    assert (once.state, once.accepted_at) == ("accepted", now)
    assert [properties["delivery"] for _, properties, _ in events(shop, names.MESSAGE_SENT)] == [once.pk]
    at(shop, twice.profile_id, "ok@example.com")
    assert doubts.send_again(workspace=shop, deliveries=[once.pk, twice.pk], now=late) == 1
    tasks.send_due(shop, late)
    twice.refresh_from_db()
    assert (twice.state, twice.attempt) == ("accepted", 2)
    assert by_smtp.tries["ok"] == 1


@pytest.mark.parametrize(("kind", "perk"), [("responded", "issued"), ("confirmed", "issued"), ("bounced", "reserved")])
def test_what_was_set_aside_for_one_in_doubt_is_issued_once_it_turns_out_to_have_arrived(shop, by_smtp, person, delivery, now, kind, perk):
    offer = Offer(workspace=shop, name="ten")
    offer.save()
    shape = {"offer": "ten", "kind": "discount", "code": "generated", "worth": 500}
    OfferVersion(workspace=shop, offer=offer, number=1, data=shape, since=now).save()
    at(shop, ann := person(1), "drop@example.com")
    [planned] = actions.plan(workspace=shop, deliveries=[delivery(ann, gives=[("ten", None)])], now=now)
    tasks.send_due(shop, now)
    assert (Delivery.within(shop).get().state, Perk.within(shop).get().state) == ("uncertain", "reserved")
    actions.note_outcome(workspace=shop, deliveries=[planned], kind=kind, at=now + timedelta(hours=1))
    assert (Delivery.within(shop).get().state, Perk.within(shop).get().state) == ("accepted", perk)


def test_a_later_word_settles_what_was_in_doubt(shop, by_smtp, person, delivery, now):
    at(shop, ann := person(1), "drop@example.com")
    [planned] = actions.plan(workspace=shop, deliveries=[delivery(ann)], now=now)
    tasks.send_due(shop, now)
    later = now + timedelta(hours=1)
    assert actions.note_outcome(workspace=shop, deliveries=[planned], kind="bounced", at=later) == 1
    assert actions.note_outcome(workspace=shop, deliveries=[planned], kind="bounced", at=later + timedelta(hours=1)) == 0
    row = Delivery.within(shop).get()
    assert (row.state, row.bounced_at, row.accepted_at) == ("accepted", later, now)
