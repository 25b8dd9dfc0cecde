from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as some
from msgspec import structs

from duologue.engage.conversations.clicks import Followed, tell_clicks
from duologue.engage.conversations.leaving import say_why, withdraw
from duologue.engage.conversations.origin import origin_of
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.links import link_targets
from duologue.engage.messages.models import Delivery
from duologue.measure.reception import queries
from duologue.measure.reception.queries import received
from duologue.measure.reception.rules import LEAST, Received, domains_as_json, together, warning
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.consent.queries import standing
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import add
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.lake import queries as lake
from duologue.strategize.models import Dialogue
from duologue.strategize.segments.history import LakeFollower
from tests.measure import heard

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def letters(workspace):
    """Five letters of one message: to two domains, in two variants; one of them was told to a colleague."""
    save_purpose(workspace=workspace, name="news", title="News")
    dialogue = Dialogue(workspace=workspace, name="spring", draft="", state="live", current=1)
    dialogue.save()
    version = save_message(workspace=workspace, name="hello", source={"subject": "Hello", "body": "[A](https://a.example) [B](https://b.example)"}, now=NOW)  # fmt: skip
    profiles = add(workspace=workspace, seen_at=[NOW] * 5)
    state(workspace=workspace, statements=[NewStatement(one, "email", "news", "granted", NOW, "form") for one in profiles], now=NOW)
    made = []
    for step, profile in enumerate(profiles):
        body = {"variant": "short"} if step == 1 else {"to": "team@shop.example"} if step == 4 else {}
        made.append(
            Delivery._rows.create(
                workspace=workspace, dialogue=dialogue, person=profile, profile_id=profile, shard=1, turn="hello", channel="email",
                purpose="news", state="accepted", body=body, message_version=version, due_at=NOW, too_late_at=NOW, planned_at=NOW,
                handed_over_at=NOW, accepted_at=NOW, bounced_at=NOW if step == 3 else None,
                address=f"x{step}@{'Big' if step < 3 else 'small'}.example",
            )
        )  # fmt: skip
    return dialogue, made


def click(workspace, delivery, number, seconds, agent=BROWSER):
    led = link_targets(workspace, [(delivery.pk, number)])[delivery.pk, number]
    target = structs.replace(led, url=f"https://{'ab'[number - 1]}.example/?q=1", name="first" if number == 1 else "2")
    at = NOW + timedelta(seconds=seconds)
    followed = Followed((workspace.pk, delivery.pk, number), "GET", agent, at=at)
    return tell_clicks(workspace=workspace, clicks=[(followed, target)])[0]


def test_clicks_domains_variants_and_reasons_of_a_message(workspace, letters):
    dialogue, (one, two, three, *_) = letters
    assert [click(workspace, one, 1, at) for at in (90, 4000)] == ["true", "true"]
    assert click(workspace, two, 1, 90) == "true"
    assert click(workspace, three, 2, 90) == "true"
    assert click(workspace, three, 1, 600, agent="Some-Scanner-Bot/1.0") == "false"
    opened = NewEvent(one.profile_id, NOW + timedelta(minutes=1), names.MESSAGE_OPENED, {}, delivery_id=one.pk)
    with transaction.atomic():
        write(workspace=workspace, events=[opened], now=NOW)
    origin = origin_of(workspace, two.pk)
    assert not say_why(workspace=workspace, origin=origin, reason="too_often", now=NOW)  # who has not left gives no reason
    withdraw(workspace=workspace, person=two.person, profile=two.profile_id, channel="email", source="page", proof={"delivery": two.pk}, now=NOW)  # fmt: skip
    assert say_why(workspace=workspace, origin=origin, reason="too_often", now=NOW + timedelta(minutes=1))
    assert say_why(workspace=workspace, origin=origin, reason="other", now=NOW + timedelta(minutes=2))
    withdraw(workspace=workspace, person=one.person, profile=one.profile_id, channel="email", source="page", proof={"delivery": one.pk}, now=NOW)  # fmt: skip

    found = received(workspace, dialogue)["hello"].as_json()

    assert found["links"]["1"] == {
        "1": {"name": "first", "url": "https://a.example/", "clicks": 3, "share": 0.75, "letters": 2, "machine": 1, "unsure": 0},
        "2": {"name": "2", "url": "https://b.example/", "clicks": 1, "share": 0.25, "letters": 1, "machine": 0, "unsure": 0},
    }
    assert found["domains"]["big.example"] == {
        "accepted": 3, "delivered": 3, "bounced": 0, "complained": 0, "opened": 1, "clicked": 3, "responded": 3, "left": 2, "refused": 0, "warning": "",
    }  # fmt: skip
    assert (found["domains"]["small.example"]["bounced"], found["domains"]["small.example"]["delivered"]) == (1, 0)
    assert [found["variants"][name]["clicked"] for name in ("plain", "short")] == [2, 1]
    assert (found["accepted"], found["clicked"], found["left"]) == (4, 3, 2)
    assert found["reasons"] == {"": 1, "too_often": 1}
    twice = together([found, found])
    assert (twice["links"]["1"]["1"]["clicks"], twice["links"]["1"]["1"]["share"], twice["accepted"]) == (6, 0.75, 8)
    assert together([found]) == found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_of_many_letters_the_lake_tells_the_same_as_postgresql(workspace, seed, settings, tmp_path, monkeypatch):
    settings.LAKE_URL = f"{tmp_path}/lake"
    dialogue = heard.letters(workspace, seed, between=lambda: LakeFollower(events=1).follow(workspace=workspace, now=NOW))
    by_postgresql = heard.as_json(workspace, dialogue)
    assert all(one["links"]["0"]["3"]["clicks"] and one["opened"] and one["clicked"] for one in by_postgresql.values())
    monkeypatch.setattr(queries, "FEW", -1)
    assert heard.as_json(workspace, dialogue) == by_postgresql
    with connection.cursor() as cursor:
        held = "DELETE FROM people_event WHERE write_id IN (SELECT write_id FROM people_batch WHERE batch_no <= %s)"
        cursor.execute(held, (lake.snapshot(workspace).batch_no,))
        assert cursor.rowcount == 150
    assert heard.as_json(workspace, dialogue) == by_postgresql, "the lake is read"


def test_letters_that_a_relay_refused_because_nobody_has_the_address_are_told_beside_the_others(workspace, letters):
    dialogue, (one, two, *_) = letters
    Delivery.within(workspace).filter(pk__in=[one.pk, two.pk]).update(state="failed", accepted_at=None, reason="5.1.1")
    found = received(workspace, dialogue)["hello"].as_json()
    assert {name: (whole["accepted"], whole["refused"]) for name, whole in found["domains"].items()} == {
        "big.example": (1, 2),
        "small.example": (1, 0),
    }
    Delivery.within(workspace).filter(pk=one.pk).update(reason="5.7.1")  # it speaks of the sender, not of the address
    assert received(workspace, dialogue)["hello"].as_json()["refused"] == 1


def test_of_who_was_erased_the_letter_counts_and_the_click_no_more(workspace, letters):
    dialogue, (one, two, *_) = letters
    assert [click(workspace, which, 1, 90) for which in (one, two)] == ["true", "true"]
    erase(workspace=workspace, person=one.person, now=NOW + timedelta(hours=1))
    found = received(workspace, dialogue)["hello"].as_json()
    assert {name: (told["accepted"], told["clicked"]) for name, told in found["domains"].items()} == {
        "big.example": (2, 1),
        "small.example": (1, 0),
        "unknown": (1, 0),
    }
    assert (found["accepted"], found["clicked"], found["links"]["1"]["1"]["clicks"]) == (4, 1, 1)


def test_the_message_as_it_is_is_one_variant_whether_it_was_tested_or_not(workspace, letters):
    dialogue, (one, *_) = letters
    Delivery.within(workspace).filter(pk=one.pk).update(body={"variant": "plain"})
    found = received(workspace, dialogue)["hello"].as_json()
    assert {name: whole["accepted"] for name, whole in found["variants"].items()} == {"plain": 3, "short": 1}


def test_a_reason_does_not_take_back_a_new_yes(workspace, letters):
    _, (one, *_) = letters
    origin = origin_of(workspace, one.pk)
    withdraw(workspace=workspace, person=one.person, profile=one.profile_id, channel="email", source="page", proof={"delivery": one.pk}, now=NOW)  # fmt: skip
    again = NewStatement(one.profile_id, "email", "news", "granted", NOW + timedelta(minutes=1), "form")
    state(workspace=workspace, statements=[again], now=NOW)
    assert say_why(workspace=workspace, origin=origin, reason="other", now=NOW + timedelta(minutes=2))
    assert standing(workspace, [one.person])[one.person].may("email", "news")


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (Received(accepted=19, bounced=19), ""),
        (Received(accepted=200, bounced=30, clicked=40), "15.0 in 100 bounce here"),
        (Received(accepted=200, bounced=12, clicked=40), ""),  # 6 in 100, which may be chance
        (Received(accepted=170, refused=30, clicked=40), "15.0 in 100 bounce here"),  # before or after the relay took them
        (Received(refused=40), "100.0 in 100 bounce here"),
        (Received(accepted=5000, complained=40), "0.8 in 100 are reported as spam"),
        (Received(accepted=200, clicked=2), "Only 1.0 in 100 click here, 20.0 elsewhere"),
        (Received(accepted=200, clicked=18), ""),
    ],
)
def test_a_domain_that_does_badly_warns(one, says):
    everything = Received(accepted=1000, clicked=200)
    everything.add(one)
    found = warning(one, everything)
    assert found.startswith(says) if says else found == ""


counts = some.builds(
    lambda accepted, *parts: Received(accepted, *(round(accepted * part) for part in parts)),
    some.integers(0, 3000),
    *[some.floats(0, 1)] * 7,
)


@given(some.dictionaries(some.text("abc.", max_size=4), counts, max_size=40))
def test_domains_add_up_and_few_letters_never_warn(domains):
    shown = domains_as_json(domains)
    assert len(shown) <= 26
    for key in ("accepted", "bounced", "clicked", "refused"):
        assert sum(one[key] for one in shown.values()) == sum(getattr(one, key) for one in domains.values())
    assert all(one["warning"] == "" for one in shown.values() if one["accepted"] + one["refused"] < LEAST)
