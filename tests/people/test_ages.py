"""Who is too young to agree alone: the rule against a plain count of years, and what stands in the database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.people.consent import ages, queries
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.rules import Said, Standing
from duologue.people.profiles.actions import NewFact, add, learn, merge

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@given(st.dates(date(1950, 1, 1), date(2026, 1, 1)), st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.sampled_from([*ages.AGES, "CH", ""]))
def test_who_is_too_young_is_who_has_not_lived_so_many_years(born, today, country):
    age = 0 if country == "CH" else ages.AGES.get(country, 16)
    lived = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    assert ages.is_too_young({"birthday": born.isoformat()}, country, today) == (lived < age)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ([], None),
        ([("birthday", "05-31")], None),
        ([("birthday", "1900-05-31")], None),
        ([("birthday", "2012-02-29T00:00:00Z")], date(2028, 3, 1) - DAY),
        ([("birth_date", "2012-05-31"), ("birthday", "1990-05-31")], date(2028, 5, 31)),
        ([("old_enough", "yes")], None),
        ([("old_enough", False)], date.max),
    ],
)
def test_what_tells_the_age(said, known):
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
