from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.people.consent import actions, queries
from duologue.people.consent.rules import Said, Standing, Union, newest_of
from duologue.people.models import ConsentStatement, Event
from duologue.people.profiles import actions as profiles

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ann(workspace):
    return profiles.add(workspace=workspace, seen_at=[NOW])[0]


def say(workspace, profile, state, at=NOW, purpose="promotions", channel="email"):
    actions.state(
        workspace=workspace,
        statements=[actions.NewStatement(profile, channel, purpose, state, at, "form", "Yes, write to me", {"ip": "192.0.2.1"})],
        now=NOW,
    )


def may(workspace, person, purpose="promotions", channel="email"):
    return queries.standing(workspace, [person])[person].may(channel, purpose)


def test_consent_is_for_one_channel_and_one_purpose_and_can_be_taken_back(workspace, ann):
    assert not may(workspace, ann)
    say(workspace, ann, "granted")
    assert may(workspace, ann)
    assert not may(workspace, ann, channel="sms")
    assert not may(workspace, ann, purpose="newsletter")
    say(workspace, ann, "withdrawn", NOW + HOUR)
    assert not may(workspace, ann)
    say(workspace, ann, "granted", NOW)  # arrives late: said before the withdrawal
    assert not may(workspace, ann)
    assert [event.name for event in Event.within(workspace).order_by("id")] == ["Consent Granted", "Consent Withdrawn", "Consent Granted"]


def test_the_chain_verifies_and_shows_tampering(workspace, ann):
    for state in ("granted", "withdrawn", "granted"):
        say(workspace, ann, state)
    assert queries.chain_broken_at(workspace, ann) is None
    ConsentStatement.within(workspace).filter(number=2).update(state="granted")
    assert queries.chain_broken_at(workspace, ann) == 2
    ConsentStatement.within(workspace).filter(number=2).delete()
    assert queries.chain_broken_at(workspace, ann) == 3


def test_a_withdrawal_of_either_side_survives_a_merge(workspace, ann):
    (ben,) = profiles.add(workspace=workspace, seen_at=[NOW])
    say(workspace, ann, "withdrawn", NOW)
    say(workspace, ben, "granted", NOW + HOUR)
    assert may(workspace, ben)
    profiles.merge(workspace=workspace, keep=ben, lose=ann, because="same", now=NOW + 2 * HOUR)
    assert not may(workspace, ben)
    say(workspace, ben, "granted", NOW + 3 * HOUR)
    assert may(workspace, ben)


def test_a_merge_with_someone_who_said_nothing_changes_nothing(workspace, ann):
    (anonymous,) = profiles.add(workspace=workspace, seen_at=[NOW])
    say(workspace, ann, "granted")
    profiles.merge(workspace=workspace, keep=ann, lose=anonymous, because="same", now=NOW + HOUR)
    assert may(workspace, ann)


def test_suppression_holds_however_the_address_is_written(workspace):
    assert actions.suppress(workspace=workspace, channel="email", addresses=["Ann@Shop.example"], reason="hard_bounce", now=NOW) == 1
    assert actions.suppress(workspace=workspace, channel="email", addresses=["ann@shop.example"], reason="hard_bounce", now=NOW) == 0
    given = ["ANN@shop.example", "ben@shop.example"]
    assert queries.suppressed(workspace, "email", given) == {"ANN@shop.example"}
    assert queries.suppressed(workspace, "sms", given) == set()
    assert actions.unsuppress(workspace=workspace, channel="email", address="ann@shop.example", reason="hard_bounce")
    assert queries.suppressed(workspace, "email", given) == set()


def test_pauses_hold_for_their_time_and_are_lifted_on_all_profiles(workspace, ann):
    (other,) = profiles.add(workspace=workspace, seen_at=[NOW])
    profiles.merge(workspace=workspace, keep=ann, lose=other, because="same", now=NOW)
    actions.pause(workspace=workspace, profile_id=other, because="snoozed", since=NOW, until=NOW + HOUR)
    standing = lambda: queries.standing(workspace, [ann])[ann]  # noqa: E731
    assert [standing().paused(NOW + shift) for shift in (-HOUR, 0 * HOUR, HOUR)] == [False, True, False]
    assert standing().paused_until(NOW) == NOW + HOUR
    actions.pause(workspace=workspace, profile_id=ann, because="complaint", since=NOW)
    assert standing().paused_until(NOW) is None
    assert actions.lift(workspace=workspace, profile_id=other, because="complaint", now=NOW) == 1
    assert not standing().paused(NOW + HOUR)


said = st.builds(
    Said,
    profile_id=st.integers(1, 2), channel=st.just("email"), purpose=st.just("p"), state=st.sampled_from(["granted", "withdrawn", "refused"]),
    at=st.integers(0, 5).map(lambda hours: NOW + hours * HOUR),
)  # fmt: skip


@given(st.lists(said, max_size=6), st.integers(0, 5))
def test_nobody_who_took_it_back_last_is_written_to(statements, merged):
    latest = list(newest_of(statements).values())
    standing = Standing(said=latest, unions=[Union(frozenset({2}), NOW + merged * HOUR)])
    last = max((one.at for one in latest if one.state != "granted"), default=None)
    if standing.may("email", "p"):
        assert last is None or any(one.state == "granted" and one.at > last for one in latest)
