"""Who is too young to agree alone: the rule against a plain count of years, and what stands in the database."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.people.consent import ages, queries
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.rules import LONG_AGO, Said, Standing
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.intake.actions import take_in
from duologue.people.intake.rules import understand
from duologue.people.models import Fact
from duologue.people.profiles.actions import NewFact, add, learn, merge

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


WRITTEN = [
    date.isoformat,
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.isoformat()}T00:00:00Z",
    lambda day: f"{day.day}.{day.month}.{day.year:04}",
]


@given(
    st.one_of(st.dates(date(1950, 1, 1), date(2026, 1, 1)), st.dates()),
    st.one_of(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.dates()),
    st.sampled_from([*ages.AGES, "CH", ""]),
    st.sampled_from(WRITTEN),
)
def test_who_is_too_young_is_who_has_not_lived_so_many_years(born, today, country, write):
    age = 0 if country == "CH" else ages.AGES.get(country, 16)
    lived = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    told = 1900 < born.year <= today.year + 1
    assert ages.is_too_young({"birthday": write(born)}, country, today) == (told and lived < age)


@given(st.text() | st.floats() | st.integers())
def test_no_value_is_too_strange_for_an_age(value):
    known = ages.of_age_on([(key, value, date(2026, 1, 5)) for key in ages.FACTS], "")
    assert known is None or isinstance(known, date)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ([], None),
        ([("birthday", "05-31")], None),
        ([("birthday", "1900-05-31")], None),
        ([("birthday", "9999-12-31")], None),
        ([("birthday", "31/05/2012")], date(2028, 5, 31)),
        ([("birthday", "05/31/2012")], date(2028, 5, 31)),
        ([("birthday", "05/06/2012")], date(2028, 6, 5)),
        ([("birthday", 1338422400)], date(2028, 5, 31)),
        ([("birthday", 1338422400000)], date(2028, 5, 31)),
        ([("birthday", "31.05.12")], None),
        ([("age", 12)], date(2030, 1, 5)),
        ([("age", "12")], date(2030, 1, 5)),
        ([("age", 1990)], None),
        ([("birthday", "2012-02-29T00:00:00Z")], date(2028, 3, 1) - DAY),
        ([("birth_date", "2012-05-31"), ("birthday", "1990-05-31")], date(2028, 5, 31)),
        ([("old_enough", "yes")], None),
        ([("old_enough", False)], date.max),
    ],
)
def test_what_tells_the_age(said, known):
    said = [(*one, NOW.date()) for one in said]
    assert ages.of_age_on(said, "DE") == known
    assert ages.of_age_on(said, "CH") is None


word = st.builds(
    Said,
    profile_id=st.just(1), channel=st.sampled_from(["email", "parent"]), purpose=st.just("p"),
    state=st.sampled_from(["granted", "withdrawn"]), at=st.integers(0, 9).map(lambda days: NOW + days * DAY),
)  # fmt: skip


@given(st.lists(word, max_size=2, unique_by=lambda one: one.channel), st.integers(0, 9))
def test_a_yes_given_too_young_counts_with_a_parents_and_never_becomes_one_by_itself(said, turns):
    own = next((one for one in said if one.channel == "email" and one.state == "granted"), None)
    agreed = any(one.channel == "parent" and one.state == "granted" for one in said)
    standing = Standing(said=said, of_age_on=(NOW + turns * DAY).date())
    assert standing.may("email", "p") == (own is not None and (agreed or own.at >= NOW + turns * DAY))
    assert standing.lacks_parent("email", "p") == (own is not None and not standing.may("email", "p"))


def test_the_youngest_day_of_birth_of_all_profiles_and_the_persons_country_count(workspace):
    child, other = add(workspace=workspace, seen_at=[NOW, NOW])

    def say(channel, at):
        state(workspace=workspace, statements=[NewStatement(child, channel, "news", "granted", at, "form")], now=at)

    def may():
        return queries.standing(workspace, [child])[child].may("email", "news")

    say("email", NOW)
    learn(workspace=workspace, facts=[NewFact(child, "birthday", "2011-05-31", "form", NOW)], now=NOW)
    assert may()  # 14; the workspace is in Great Britain
    learn(
        workspace=workspace,
        facts=[NewFact(other, key, value, "form", NOW) for key, value in (("country", "DE"), ("birthday", "1980-01-01"))],
        now=NOW,
    )
    merge(workspace=workspace, keep=child, lose=other, because="same", now=NOW)
    assert not may()
    say("parent", NOW + DAY)
    assert may()


def test_a_day_of_birth_that_cannot_be_stops_nobody(workspace):
    child, other = add(workspace=workspace, seen_at=[NOW, NOW])
    state(workspace=workspace, statements=[NewStatement(one, "email", "news", "granted", NOW, "form") for one in (child, other)], now=NOW)
    facts = [NewFact(child, "birthday", "9999-12-31", "list", NOW), NewFact(other, "age", 12, "app", NOW)]
    learn(workspace=workspace, facts=facts, now=NOW)
    stands = queries.standing(workspace, [child, other])
    assert [stands[one].may("email", "news") for one in (child, other)] == [True, False]


@pytest.mark.parametrize(
    ("steps", "known"),
    [
        ([("app", {"birthday": "2012-05-31"}), ("app", {"birthday": "1990-05-31"})], "2012-05-31"),
        ([("app", {"birthday": "2012-05-31"}), ("app", {"birthday": None})], "2012-05-31"),
        ([("app", {"birthday": "2012-05-31"}), ("app", {"birthday": "2013-05-31"})], "2013-05-31"),
        ([("app", {"birthday": "1980-05-31"}), ("site club", {"birthday": "2013-05-31"})], "1980-05-31"),
        ([("site club", {"birthday": "2013-05-31"}), ("app", {"birthday": "1980-05-31"})], "1980-05-31"),
        ([("app", {"birthday": "2012-05-31"}), ("a colleague's file", {"birthday": "1990-05-31"})], "1990-05-31"),
    ],
)
def test_only_colleagues_make_somebody_older(workspace, steps, known):
    for day, (source, traits) in enumerate(steps):
        call = msgspec.json.encode({"type": "identify", "userId": "kim", "traits": traits})
        event = understand(call, source=source, received_at=NOW + day * DAY, country="GB")
        take_in(workspace=workspace, events=[event], now=NOW + day * DAY, outside="file" not in source)
    assert Fact.within(workspace).get(key="birthday").value == known


@pytest.mark.parametrize(("born", "may"), [("1990-05-31", True), ("2012-05-31", False), ("2010-01-05", True), ("2010-01-06", False)])
def test_who_agreed_on_a_day_nobody_knows_is_judged_by_the_day_it_was_heard(workspace, born, may):
    (one,) = add(workspace=workspace, seen_at=[NOW])
    learn(workspace=workspace, facts=[NewFact(one, "birthday", born, "list", NOW), NewFact(one, "country", "DE", "list", NOW)], now=NOW)
    yes = {"type": "track", "event": "Consent Granted", "userId": "kim", "timestamp": LONG_AGO.isoformat()}
    yes |= {"properties": {"channel": "email", "purpose": "news"}}
    attach(workspace=workspace, identifiers=[NewIdentifier(one, "external", "kim", "kim")], now=NOW)
    for heard in (NOW, NOW + 3000 * DAY):  # hearing it again, of age, makes no new yes of it
        event = understand(msgspec.json.encode(yes), source="list", received_at=heard, country="DE")
        take_in(workspace=workspace, events=[event], now=heard)
        stands = queries.standing(workspace, [one])[one]
        assert [stands.may("email", "news"), stands.lacks_parent("email", "news")] == [may, not may]


def test_a_yes_of_a_day_nobody_knows_gives_way_to_any_leaving(workspace):
    (one,) = add(workspace=workspace, seen_at=[NOW])
    left = NewStatement(one, "email", "news", "withdrawn", LONG_AGO + DAY, "list")
    yes = NewStatement(one, "email", "news", "granted", LONG_AGO, "list", heard_at=NOW)
    for said in (left, yes):
        state(workspace=workspace, statements=[said], now=NOW)
    assert not queries.standing(workspace, [one])[one].may("email", "news")
    again = NewStatement(one, "email", "news", "granted", NOW, "form")
    state(workspace=workspace, statements=[again], now=NOW)
    (said,) = queries.standing(workspace, [one])[one].said
    assert (said.at, said.heard_at) == (NOW, None)
