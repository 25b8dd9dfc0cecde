from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.pipeline import Refused
from duologue.people.identifiers import actions as identifiers
from duologue.people.identifiers import queries as identifier_queries
from duologue.people.models import Event, Merge, Profile
from duologue.people.profiles import actions, queries
from duologue.people.profiles.places import country_code, known_locale, known_zone
from duologue.people.profiles.rules import fact_key, shard_of

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def add(workspace, count=1):
    return actions.add(workspace=workspace, seen_at=[NOW] * count)


def learn(workspace, profile, at=NOW, **facts):
    new = [actions.NewFact(profile, key, value, "test", at, ()) for key, value in facts.items()]
    return actions.learn(workspace=workspace, facts=new, now=NOW)


def test_facts_are_kept_newest_first_and_told_only_where_they_changed(workspace):
    (ann,) = add(workspace)
    assert learn(workspace, ann, city="Oslo", first_name="Ann", last_name="Ås", locale="nb_NO", country="Norway") == 5
    assert learn(workspace, ann, city="Oslo") == 0
    assert learn(workspace, ann, at=NOW - timedelta(days=1), city="Rome") == 0
    known = queries.people(workspace, [ann])[ann]
    assert known.facts == {"city": "Oslo", "first_name": "Ann", "last_name": "Ås", "locale": "nb_NO", "country": "Norway"}
    assert (known.name, known.locale, known.country) == ("Ann Ås", "nb-NO", "NO")
    told = [event.properties for event in Event.within(workspace).filter(name="Fact Changed")]
    assert told == [{"city": "Oslo", "first_name": True, "last_name": True, "locale": "nb_NO", "country": "Norway"}]


def test_a_fact_of_none_is_forgotten(workspace):
    (ann,) = add(workspace)
    learn(workspace, ann, city="Oslo", pets=["cat", {"name": "Rex"}])
    assert learn(workspace, ann, at=NOW + timedelta(hours=1), city=None) == 1
    assert queries.people(workspace, [ann])[ann].facts == {"pets": ["cat", {"name": "Rex"}]}


def test_a_merged_person_has_the_newest_of_both_and_unmerging_gives_all_back(workspace):
    ann, ben = add(workspace, 2)
    learn(workspace, ann, city="Oslo", size="M")
    learn(workspace, ben, at=NOW + timedelta(hours=1), city="Rome")
    merge = actions.merge(workspace=workspace, keep=ann, lose=ben, because="same address", now=NOW)
    assert queries.persons_of(workspace, [ann, ben]) == {ann: ann, ben: ann}
    assert queries.people(workspace, [ann])[ann].facts == {"city": "Rome", "size": "M"}
    assert set(Profile.within(workspace).values_list("shard", flat=True)) == {shard_of(ann)}
    actions.unmerge(workspace=workspace, merge=merge.pk, now=NOW)
    assert queries.people(workspace, [ann, ben])[ann].facts == {"city": "Oslo", "size": "M"}
    assert Profile.within(workspace).get(id=ben).shard == shard_of(ben)
    with pytest.raises(Refused):
        actions.unmerge(workspace=workspace, merge=merge.pk, now=NOW)


def test_merges_are_undone_last_first(workspace):
    one, two, three = add(workspace, 3)
    first = actions.merge(workspace=workspace, keep=one, lose=two, because="a", now=NOW)
    actions.merge(workspace=workspace, keep=three, lose=one, because="b", now=NOW)
    with pytest.raises(Refused) as refused:
        actions.unmerge(workspace=workspace, merge=first.pk, now=NOW)
    assert refused.value.reason == "merged again since"
    assert queries.profiles_of(workspace, [three]) == {three: [one, two, three]}


@pytest.mark.parametrize(("keep", "lose"), [(0, 0), (0, 999), (999, 0)])
def test_nobody_is_merged_with_themselves_or_with_no_one(workspace, keep, lose):
    (ann,) = add(workspace)
    with pytest.raises(Refused):
        actions.merge(workspace=workspace, keep=keep or ann, lose=lose or ann, because="x", now=NOW)
    assert not Merge.within(workspace).exists()


def test_people_are_read_in_three_queries_whatever_their_number(workspace):
    everyone = add(workspace, 3)
    learn(workspace, everyone[0], city="Oslo")
    counts = []
    for some in (everyone[:1], everyone):
        with CaptureQueriesContext(connection) as seen:
            assert set(queries.people(workspace, some, ["city"])) == set(some)
        counts.append(len(seen))
    assert counts == [3, 3]


def test_an_identifier_stays_with_whom_it_was_first(workspace):
    ann, ben = add(workspace, 2)
    new = lambda profile: [identifiers.NewIdentifier(profile, "email", "a@x.example", "A@X.example")]  # noqa: E731
    assert identifiers.attach(workspace=workspace, identifiers=new(ann), now=NOW) == 1
    assert identifiers.attach(workspace=workspace, identifiers=new(ben), now=NOW) == 0
    assert identifier_queries.find(workspace, "email", " a@X.EXAMPLE ") == ann
    assert identifier_queries.addresses(workspace, [ann, ben], "email") == {ann: "A@X.example"}
    assert identifier_queries.find(workspace, "email", "nonsense") is None


@given(st.integers(1, 2**62))
def test_a_shard_is_one_of_64(person):
    assert 0 <= shard_of(person) < 64


def test_neighbours_spread_over_all_shards():
    counts = [0] * 64
    for person in range(6400):
        counts[shard_of(person)] += 1
    assert min(counts) >= 80
    assert max(counts) <= 120


@pytest.mark.parametrize(
    ("given", "kept"), [("firstName", "first_name"), ("Favourite Colour", "favourite_colour"), ("createdAt", "created_at"), ("vip", "vip")]
)
def test_fact_keys(given, kept):
    assert fact_key(given) == kept


def test_places_are_understood_by_code_or_name():
    assert [country_code(text) for text in ("gb", "UK", "United Kingdom", "EIRE", "Österreich", "Narnia", None)] == [
        "GB", "GB", "GB", "IE", "AT", "", "",
    ]  # fmt: skip
    assert [known_zone("europe/london"), known_zone("Mars/Base")] == ["Europe/London", ""]
    assert [known_locale("de_AT"), known_locale("en-gb"), known_locale("??"), known_locale(None)] == ["de-AT", "en-GB", "", ""]


said = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 3)), st.integers(0, 3)), max_size=8
)


@given(said)
def test_of_each_fact_the_newest_is_kept_and_of_one_moment_the_last_said(said):
    one_by_one: dict[tuple[int, str], tuple[int, object]] = {}
    for profile, facts, day in said:
        for key, value in facts.items():
            if (profile, key) not in one_by_one or one_by_one[profile, key][0] <= day:
                one_by_one[profile, key] = (day, value)
    learned = [(profile, actions.Learned(facts, "test", NOW + timedelta(days=day))) for profile, facts, day in said]
    newest = [
        (profile, key, one.at, value)
        for profile, all_ in actions.newest_of(learned).items()
        for one in all_
        for key, value in one.values.items()
    ]
    assert len(newest) == len(one_by_one)
    assert {(profile, key): ((at - NOW).days, value) for profile, key, at, value in newest} == one_by_one
