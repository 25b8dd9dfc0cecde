import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from duologue.people.consent import actions as consent_actions
from duologue.people.consent import queries as consent
from duologue.people.identifiers.queries import find
from duologue.people.intake import actions, queries, tasks
from duologue.people.intake.jobs import tidy_intake
from duologue.people.intake.rules import Incoming, Refused, understand
from duologue.people.intake.whose import Known, settle
from duologue.people.models import Event, Identifier, Merge, Profile, Received, Refusal, SeenKey, SharedDevice
from duologue.people.profiles import actions as profiles
from duologue.people.profiles.finding import search
from duologue.people.profiles.queries import people, persons_of
from duologue.platform.database import locks
from duologue.platform.database.clock import database_now

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def send(workspace, *events, now=NOW, source="site"):
    actions.receive(workspace=workspace, source=source, payloads=[json.dumps(event).encode() for event in events], now=now)
    return tasks.process(workspace, now)


def track(event="Clicked", **more):
    return {"type": "track", "event": event, **more}


def person(workspace, kind, value):
    profile = find(workspace, kind, value)
    return persons_of(workspace, [profile])[profile]


def names(workspace):
    return list(Event.within(workspace).order_by("id").values_list("name", flat=True))


def test_an_identify_makes_a_person_with_identifiers_facts_and_words(workspace):
    traits = {"email": "Ann@Shop.example", "phone": "020 7946 0018", "firstName": "Ann", "plan": "gold", "address": {"city": "Oslo"}}
    assert send(workspace, {"type": "identify", "userId": 42, "anonymousId": "d1", "traits": traits}) == 1
    ann = person(workspace, "external", "42")
    known = people(workspace, [ann])[ann]
    assert known.facts == {"first_name": "Ann", "plan": "gold", "address": {"city": "Oslo"}}
    assert known.identifiers == {"email": ["Ann@Shop.example"], "phone": ["020 7946 0018"], "external": ["42"], "device": ["d1"]}
    assert [found.name for found in search(workspace, "ann@shop", 5)] == ["Ann"]
    assert list(Event.within(workspace).values_list("name", "properties")) == [
        ("Fact Changed", {"first_name": True, "plan": "gold", "address": True})
    ]
    assert not Received.within(workspace).exists()


def test_a_yes_from_a_clock_that_is_ahead_does_not_outlive_a_leaving(workspace):
    about = {"channel": "email", "purpose": "news"}
    send(workspace, track("Consent Granted", userId="u", properties=about, timestamp=(NOW + timedelta(hours=20)).isoformat()))
    later = NOW + timedelta(minutes=5)
    gone = consent_actions.NewStatement(person(workspace, "external", "u"), "email", "news", "withdrawn", later, "unsubscribe page")
    consent_actions.state(workspace=workspace, statements=[gone], now=later)
    one = person(workspace, "external", "u")
    assert not consent.standing(workspace, [one])[one].may("email", "news")


def test_the_same_message_counts_once_in_a_batch_and_after(workspace):
    send(workspace, track(userId="u", messageId="m1"), track(userId="u", messageId="m1"), track(userId="u"))
    send(workspace, track(userId="u", messageId="m1"))
    send(workspace, track(userId="u", messageId="m1"), source="app")
    assert names(workspace) == ["Clicked"] * 3
    assert not Refusal.within(workspace).exists()
    assert tasks.forget(workspace, NOW + timedelta(days=89)) == 0
    assert tasks.forget(workspace, NOW + timedelta(days=91)) == 2
    assert not SeenKey.within(workspace).exists()


def test_what_someone_did_before_signing_in_becomes_theirs_and_no_event_moves(workspace):
    send(workspace, track("Seen", anonymousId="d1"), {"type": "identify", "userId": "u1", "traits": {"email": "a@x.example"}})
    visitor, ann = person(workspace, "device", "d1"), person(workspace, "external", "u1")
    assert visitor != ann
    send(workspace, {"type": "identify", "userId": "u1", "anonymousId": "d1"})
    assert person(workspace, "device", "d1") == ann
    assert list(Merge.within(workspace).values_list("kept", "lost", "because")) == [(ann, visitor, "same device")]
    assert Event.within(workspace).get(name="Seen").profile_id == visitor
    profiles.unmerge(workspace=workspace, merge=Merge.within(workspace).get().pk, now=NOW)
    assert person(workspace, "device", "d1") == visitor


def test_it_all_works_within_one_batch_too(workspace):
    send(
        workspace,
        track("Seen", anonymousId="d1"),
        track("Seen", anonymousId="d2"),
        {"type": "identify", "userId": "u1", "anonymousId": "d1"},
        {"type": "alias", "userId": "u1", "previousId": "d2"},
        track("Bought", userId="u1"),
    )
    assert {person(workspace, "device", "d1"), person(workspace, "device", "d2")} == {person(workspace, "external", "u1")}
    assert Profile.within(workspace).values("person").distinct().count() == 1


def test_shared_devices_never_merge(workspace):
    send(workspace, {"type": "identify", "userId": "ann", "anonymousId": "kiosk"})
    send(workspace, {"type": "identify", "userId": "ben", "anonymousId": "kiosk"}, track(userId="ben", anonymousId="kiosk"))
    assert person(workspace, "external", "ann") != person(workspace, "external", "ben")
    assert person(workspace, "device", "kiosk") == person(workspace, "external", "ann")
    assert Event.within(workspace).get().profile_id == find(workspace, "external", "ben")
    assert not Merge.within(workspace).exists()
    ben = find(workspace, "external", "ben")
    assert list(SharedDevice.within(workspace).values_list("device", "profile")) == [("kiosk", ben)]


def test_a_subscriber_who_opens_an_account_stays_one_person(workspace):
    send(workspace, {"type": "identify", "traits": {"email": "a@x.example"}})
    send(workspace, {"type": "identify", "userId": "u1", "traits": {"email": "A@x.example"}})
    assert person(workspace, "external", "u1") == person(workspace, "email", "a@x.example")
    assert Profile.within(workspace).count() == 1


def test_two_accounts_with_one_address_stay_two_people(workspace):
    send(workspace, {"type": "identify", "userId": "u1", "traits": {"email": "a@x.example"}})
    send(workspace, {"type": "identify", "userId": "u2", "traits": {"email": "a@x.example"}})
    assert person(workspace, "external", "u1") == person(workspace, "email", "a@x.example")
    assert person(workspace, "external", "u2") != person(workspace, "external", "u1")


def test_consent_comes_as_an_event(workspace):
    properties = {"channel": "email", "purpose": "promotions", "wording": "Yes", "page": "/signup"}
    send(workspace, track("Consent Granted", userId="u", properties=properties))
    ann = person(workspace, "external", "u")
    assert consent.standing(workspace, [ann])[ann].may("email", "promotions")
    assert names(workspace) == ["Consent Granted"]
    assert consent.chain_broken_at(workspace, find(workspace, "external", "u")) is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (track(), "nobody"),
        (track(userId=None, anonymousId="null"), "nobody"),
        (track("", userId="u"), "no event name"),
        (track("Message Sent", userId="u"), "reserved name"),
        (track("Back In Stock", userId="u", properties={"url": "https://stranger.example/"}), "reserved name"),
        (track("x" * 121, userId="u"), "name too long"),
        (track(userId="u", timestamp="2026-01-06T12:00:01Z"), "in the future"),
        (track(userId="u", timestamp="1999-12-31T23:59:59Z"), "too long ago"),
        (track(userId="u", timestamp="yesterday"), "not a time"),
        (track(userId="u", properties={"a": "\0"}), "not well-formed"),
        (track(userId=["u"]), "not well-formed"),
        ({"type": "dance", "userId": "u"}, "unknown type"),
        ({"type": "alias", "userId": "u"}, "half an alias"),
        ({"type": "identify", "traits": {"email": "nonsense"}}, "not an e-mail address"),
        (track("Consent Granted", userId="u", properties={"channel": "email"}), "half a statement"),
    ],
)
def test_bad_events_are_refused_with_reason_and_sentence(workspace, event, reason):
    send(workspace, event, track("Good", userId="u2"))
    refusal = Refusal.within(workspace).get()
    assert (refusal.reason, refusal.sentence[-1]) == (reason, ".")
    assert names(workspace) == ["Good"]


def test_an_event_the_database_cannot_hold_stops_no_other(workspace):
    bad = json.dumps(track("B", userId="u2", properties={"n": 1})).replace('"n": 1', '"n": 1e400').encode()
    good = [json.dumps(track(name, userId=name)).encode() for name in "AC"]
    actions.receive(workspace=workspace, source="site", payloads=[good[0], bad, good[1]], now=NOW)
    assert tasks.process(workspace, NOW) == 3
    assert sorted(names(workspace)) == ["A", "C"]
    assert Refusal.within(workspace).count() == 1


def test_a_bad_address_beside_a_good_id_keeps_the_event(workspace):
    send(workspace, {"type": "identify", "userId": "u", "traits": {"email": "nonsense", "size": "M"}})
    assert list(Identifier.within(workspace).values_list("kind", flat=True)) == ["external"]


def test_erased_addresses_are_not_taken_in_again(workspace):
    consent_actions.suppress(workspace=workspace, channel="email", addresses=["a@x.example"], reason="erased", now=NOW)
    send(workspace, {"type": "identify", "userId": "u9", "traits": {"email": "A@x.example"}})
    assert Refusal.within(workspace).get().reason == "erased"
    assert not Profile.within(workspace).exists()


def test_history_waits_for_its_time(workspace):
    later = NOW + timedelta(days=40)
    payloads = [json.dumps(track(userId="u", timestamp=at.isoformat())).encode() for at in (NOW, later)]
    actions.receive(workspace=workspace, source="file", payloads=payloads, now=NOW, arrives_at=[NOW, later])
    assert tasks.process(workspace, NOW) == 1
    assert queries.next_arrival(workspace) == later
    assert queries.processed_until(workspace, NOW) == NOW
    assert queries.processed_until(workspace, later + timedelta(hours=1)) == later
    assert tasks.process(workspace, later) == 1
    assert [event.received_at for event in Event.within(workspace).order_by("id")] == [NOW, later]


@pytest.mark.django_db(transaction=True)
def test_a_sender_still_writing_holds_the_watermark_back(workspace):
    sender = connection.copy()
    try:
        sender.set_autocommit(False)
        with sender.cursor() as cursor:
            began = database_now()
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", (locks.RECEIVING, workspace.pk))
        assert abs(queries.processed_until(workspace, began + timedelta(hours=1)) - began) < timedelta(minutes=1)
        sender.rollback()
        assert queries.processed_until(workspace, NOW) == NOW
    finally:
        sender.close()


@pytest.mark.parametrize(
    ("sent_at", "said", "kept"),
    [
        (None, "2026-01-05T11:00:00Z", "2026-01-05T11:00:00Z"),
        ("2026-01-05T13:00:00Z", "2026-01-05T12:58:00Z", "2026-01-05T11:58:00Z"),  # the sender's clock runs an hour ahead
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:30Z", "2026-01-05T12:00:00Z"),
        (None, "2026-01-05T12:00:00+01:00", "2026-01-05T11:00:00Z"),
    ],
)
def test_times_are_put_right_by_the_senders_clock(sent_at, said, kept):
    payload = json.dumps(track(userId="u", timestamp=said, sentAt=sent_at)).encode()
    assert understand(payload, source="s", received_at=NOW, country="GB").occurred_at == datetime.fromisoformat(kept)


@given(
    st.binary(max_size=200)
    | st.dictionaries(st.sampled_from(["type", "userId", "event", "timestamp", "traits"]), st.text() | st.integers() | st.none()).map(
        lambda one: json.dumps(one).encode()
    )
)
def test_anything_at_all_is_understood_or_refused_with_a_sentence(payload):
    try:
        incoming = understand(payload, source="s", received_at=NOW, country="GB")
    except Refused as refusal:
        assert refusal.sentence
    else:
        assert incoming.identifiers


@pytest.mark.django_db
def test_the_nightly_job_makes_the_next_months_and_forgets_old_message_ids(workspace):
    send(workspace, track(userId="1", messageId="m1"))
    SeenKey.within(workspace).update(seen_at=NOW - timedelta(days=91))
    tidy_intake()
    assert not SeenKey.within(workspace).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('people_event_2026_03') IS NOT NULL")
        assert cursor.fetchone() == (True,)


people_said = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(["external", "email", "device"]), st.sampled_from("ab")),
            min_size=1,
            max_size=3,
            unique_by=lambda pair: pair[0],
        ),
        st.integers(1, 3),
        st.sampled_from(["", "", "a", "b"]),
    ),
    max_size=8,
)


@given(people_said)
def test_events_that_share_their_identifiers_belong_where_each_alone_would(said):
    def settled(*, shared: bool) -> tuple:
        known, events = Known(), []
        for pairs, times, previous in said:
            event = Incoming("test", NOW, NOW, "identify", "", identifiers=pairs, shown=[value for _, value in pairs])
            for _ in range(times):
                again = msgspec.structs.replace(event) if shared else msgspec.structs.replace(event, identifiers=list(pairs))
                again.previous = previous
                events.append(again)
        settle(events, known)
        return [event.profile_id for event in events], known.attach, known.merged, len(known.new)

    assert settled(shared=True) == settled(shared=False)


def test_nobody_is_looked_up_whom_one_known_identifier_names(workspace):
    """Persons matter where several identifiers are weighed against each other, or an earlier one is joined."""
    send(workspace, track(userId="u"), track(userId="v", anonymousId="d"))

    def persons_asked_for(*events):
        with CaptureQueriesContext(connection) as asked:
            send(workspace, *events)
        return [one["sql"] for one in asked if "SELECT id, person FROM people_profile" in one["sql"]]

    assert persons_asked_for(track(userId="u"), track(anonymousId="d"), track(userId="new")) == []
    both = persons_asked_for(track(userId="u"), track(userId="v", anonymousId="d"))
    assert len(both) == 2
    assert f"'{{{find(workspace, 'external', 'v')}}}'" in both[0]
    assert len(persons_asked_for({"type": "alias", "userId": "u", "previousId": "d2"})) == 2
