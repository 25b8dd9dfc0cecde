import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from duologue.kit.pipeline import Refused
from duologue.people.consent.queries import chain_broken_at, suppressed
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.identifiers.queries import find
from duologue.people.identifiers.rules import normalise
from duologue.people.intake import actions as intake
from duologue.people.intake.rules import Incoming, understand
from duologue.people.intake.tasks import process
from duologue.people.models import ConsentStatement, Erasure, Event, Fact, Identifier, Received, Refusal, SearchWord, Suppression
from duologue.people.privacy import actions, queries
from duologue.people.privacy.again import erase_again
from duologue.people.profiles import actions as profiles
from duologue.people.profiles.queries import profiles_of
from duologue.platform.database.folder import DataFolder
from duologue.platform.registry.ports import holders

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ANN = {
    "type": "identify",
    "userId": "42",
    "traits": {"email": "Ann@x.example", "phone": "020 7946 0018", "firstName": "Ann", "city": "Oslo"},
}
CONSENT = {
    "type": "track",
    "event": "Consent Granted",
    "userId": "42",
    "properties": {"channel": "email", "purpose": "promotions", "wording": "Yes, me"},
}
BEN = {"type": "identify", "userId": "43", "traits": {"email": "ben@x.example", "firstName": "Ben"}}


def send(workspace, *events, arrives_at=None):
    payloads = [json.dumps(event).encode() for event in events]
    intake.receive(workspace=workspace, source="site", payloads=payloads, now=NOW, arrives_at=arrives_at)
    process(workspace, NOW)


@pytest.fixture
def ann(workspace):
    send(
        workspace,
        ANN,
        CONSENT,
        BEN,
        {"type": "track", "userId": "42"},
        {"type": "track", "event": "Bought", "userId": "42", "properties": {"to": "Ann"}},
    )
    send(workspace, {"type": "track", "event": "Later", "userId": 42}, BEN, arrives_at=[NOW + timedelta(days=1)] * 2)
    return queries.person_of(workspace, "ann@X.example")


def known(workspace, kind, value, since):
    """Add someone who is known by this alone; return the profile."""
    (profile,) = profiles.add(workspace=workspace, seen_at=[since])
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, kind, normalise(kind, value, "GB"), value)], now=since)
    return profile


def everything(workspace):
    """Every row of the people floor, as text."""
    texts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'people\\_%%' AND relkind IN ('r', 'p')")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            texts += [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT encode(payload, 'escape') FROM people_received UNION ALL SELECT encode(payload, 'escape') FROM people_refusal"
        )
        texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def test_a_person_is_meant_by_any_identifier(workspace, ann):
    assert {queries.person_of(workspace, ref) for ref in ("42", "ann@x.example", "+44 20 7946 0018", f"person:{ann}")} == {ann}
    with pytest.raises(Refused):
        queries.person_of(workspace, "nobody@x.example")


def test_an_export_holds_all_and_is_json(workspace, ann):
    found = json.loads(json.dumps(queries.everything_about(workspace, ann), default=str))["people"]
    assert {fact["key"]: fact["value"] for fact in found["facts"]} == {"first_name": "Ann", "city": "Oslo"}
    assert {one["shown"] for one in found["identifiers"]} == {"42", "Ann@x.example", "020 7946 0018"}
    assert [one["name"] for one in found["timeline"]] == ["Fact Changed", "Bought", "Consent Granted"]
    assert found["consent"][0]["wording"] == "Yes, me"
    assert [one["event"] for one in found["waiting"]] == ["Later"]


def test_erased_means_gone_and_the_chain_still_verifies(workspace, ann):
    profile = find(workspace, "external", "42")
    proof = actions.erase(workspace=workspace, person=ann, now=NOW)
    left = everything(workspace)
    assert not [word for word in ("Ann", "ann@x", "Oslo", "7946 0018", "79460018", "Yes, me", '"42"', "Later") if word in left]
    assert "ben@x.example" in left
    assert ConsentStatement.within(workspace).filter(profile=profile).count() == 1
    assert chain_broken_at(workspace, profile) is None
    ConsentStatement.within(workspace).filter(profile=profile).update(content=bytes(32))
    assert chain_broken_at(workspace, profile) == 1
    assert Erasure.within(workspace).get().pk == proof.pk
    assert proof.holders["people"] > 8
    assert Received.within(workspace).count() == 1


def test_the_erased_are_not_taken_in_again_nor_written_to(workspace, ann):
    actions.erase(workspace=workspace, person=ann, now=NOW)
    assert suppressed(workspace, "email", ["ann@x.example", "ben@x.example"]) == {"ann@x.example"}
    assert suppressed(workspace, "sms", ["+442079460018"]) == {"+442079460018"}
    events = Event.within(workspace).count()
    send(workspace, ANN, {"type": "identify", "userId": "99", "traits": {"email": "ANN@x.example"}})
    assert set(Refusal.within(workspace).values_list("reason", flat=True)) == {"erased"}
    assert Event.within(workspace).count() == events
    assert Identifier.within(workspace).filter(kind="email").count() == 1
    assert Fact.within(workspace).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_was_erased_is_erased_again_by_any_identifier_and_nobody_else_is(workspace, tmp_path, settings):
    settings.DATA = DataFolder(tmp_path)
    gone = {"external": "7", "phone": "+442079460018", "card": "C 1", "handle": "@Cy", "postal": "1 High St, Ox", "device": "d-1"}
    for kind, value in gone.items():
        known(workspace, kind, value, NOW)
        actions.erase(workspace=workspace, person=queries.person_of(workspace, value), now=NOW)
    for kind, value in gone.items():  # the database of before
        known(workspace, kind, value, NOW)
    later = {kind: known(workspace, "email", f"{kind}@x.example", NOW) for kind in ("device", "postal")}
    Suppression.within(workspace).delete()

    assert erase_again(now_of=lambda _room: NOW) == (6, 0)
    assert set(Identifier.within(workspace).values_list("kind", flat=True)) == {"email"}
    for kind, profile in later.items():  # others in the house, and at the device
        Identifier(workspace=workspace, profile_id=profile, kind=kind, value=f"of {kind}", shown="", first_seen_at=NOW).save()
    after = NOW + timedelta(seconds=1)
    actions.erase(workspace=workspace, person=queries.person_of(workspace, "device@x.example"), now=NOW)
    known(workspace, "device", "of device", after)
    known(workspace, "phone", "+442079460019", NOW)
    assert erase_again(now_of=lambda _room: after) == (0, 0)

    known(workspace, "external", "7", NOW)  # cut off before it was erased again: the list stands in the database by now
    assert erase_again(now_of=lambda _room: after) == (1, 0)


def test_others_of_a_house_are_taken_in(workspace):
    known(workspace, "postal", "1 High St, Ox", NOW)
    actions.erase(workspace=workspace, person=queries.person_of(workspace, "1 high st ox"), now=NOW)
    house, di = ("postal", "1 high st ox"), ("email", "di@x.example")
    come = [Incoming("list", NOW, NOW, "identify", "", identifiers=pairs, shown=[""] * len(pairs)) for pairs in ([house], [house, di])]
    passage = intake.take_in(workspace=workspace, events=come, now=NOW)
    assert [event.identifiers for event, _ in passage.stopped] == [[house]]
    assert set(Identifier.within(workspace).values_list("kind", flat=True)) == {"postal", "email"}


def test_every_place_that_leads_to_a_person_has_a_holder(workspace):
    """Fails on a new table with a person or profile in it until someone registers to show and to erase it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT c.table_name FROM information_schema.columns c JOIN pg_class r ON r.relname = c.table_name
               WHERE c.table_schema = 'public' AND NOT r.relispartition AND r.relkind IN ('r', 'p')
                 AND c.column_name IN ('profile_id', 'profile', 'profiles', 'person', 'person_id', 'persons', 'recipient', 'payload')"""
        )
        tables = {row[0] for row in cursor.fetchall()}
    held = {place for holder in holders() for place in holder.places}
    assert tables - held == set()
    assert "people_fact" in tables


def left(workspace, word):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM people_event WHERE workspace_id = %s AND properties::text LIKE %s", (workspace.pk, f"%{word}%")
        )
        events = cursor.fetchone()[0]
    return Fact.within(workspace).filter(value=word).count(), SearchWord.within(workspace).filter(word=word.lower()).count(), events


def test_what_is_objected_to_is_forgotten_with_its_words_and_what_the_timeline_says_of_it(workspace, ann):
    assert left(workspace, "Oslo") == (1, 0, 1)
    for key in ("city", "first_name"):
        assert actions.object_to(workspace=workspace, profiles=[ann], key=key, now=NOW)
    assert (left(workspace, "Oslo"), left(workspace, "Ann")[:2]) == ((0, 0, 0), (0, 1))  # found by the address still


def test_a_name_that_is_put_right_is_found_by_the_right_words_alone(workspace, ann):
    actions.correct(workspace=workspace, profiles=[ann], key="first_name", value="Zoe", now=NOW)
    assert (left(workspace, "Zoe")[:2], left(workspace, "Ann")[:2]) == ((1, 1), (0, 1))


def cities(workspace, ann):
    return set(Fact.within(workspace).filter(profile__in=profiles_of(workspace, [ann])[ann], key="city").values_list("value", flat=True))


@pytest.mark.parametrize(("source", "kept"), [("shop", "Berlin"), ("site tea", "Oslo")])
def test_what_was_put_right_comes_back_by_the_persons_own_word_alone(workspace, ann, source, kept):
    actions.correct(workspace=workspace, profiles=[ann], key="city", value="Berlin", now=NOW)
    later = NOW + timedelta(days=365)
    event = understand(json.dumps(ANN).encode(), source=source, received_at=later, country="GB")
    intake.take_in(workspace=workspace, events=[event], now=later, outside=True)
    assert cities(workspace, ann) == {kept}


def test_what_was_put_right_stays_so_on_every_profile(workspace, ann):
    actions.correct(workspace=workspace, profiles=[ann], key="city", value="Berlin", now=NOW)
    other = known(workspace, "email", "ann@home.example", NOW)
    profiles.merge(workspace=workspace, keep=ann, lose=other, because="same", now=NOW)
    send(workspace, {"type": "identify", "traits": {"email": "ann@home.example", "city": "Oslo"}})
    assert cities(workspace, ann) == {"Berlin"}
    send(workspace, {"type": "identify", "traits": {"email": "ann@home.example", "city": "Rome"}})
    assert cities(workspace, ann) == {"Berlin", "Rome"}


@pytest.mark.parametrize("first", [True, False])
def test_what_somebody_objected_to_is_forgotten_of_whom_they_turn_out_to_be(workspace, ann, first):
    """Whoever is made and joined in one batch counts alike; a fact from an hour ahead is no exception."""
    actions.object_to(workspace=workspace, profiles=[ann], key="city", now=NOW)
    device = {"type": "identify", "anonymousId": "d", "timestamp": (NOW + timedelta(hours=1)).isoformat(), "traits": {"city": "Rome"}}
    known = {"type": "identify", "anonymousId": "d", "userId": "42", "traits": {"lastName": "Lee"}}
    if first:
        send(workspace, device)
        assert left(workspace, "Rome") == (1, 0, 1)
        send(workspace, known)
    else:
        send(workspace, device, known)
    assert len(queries.everything_about(workspace, ann)["people"]["profiles"]) == 2
    assert left(workspace, "Rome") == (0, 0, 0)
    assert Fact.within(workspace).get(key="last_name").value == "Lee"
