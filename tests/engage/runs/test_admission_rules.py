from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.engage.runs.rules.admission import ADMITTED, HELD_OUT, NOT_STARTED, Means, Past, Verdict, holds_out, judge
from duologue.strategize.dialogues.rules.plan import Plan

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=200)


def plan(**more):
    return Plan(dialogue="d", purpose="promotions", start="a", turns={}, **more)


def verdict(past=None, means=None, **more):
    return judge(plan(**more), 1, 42, past or Past(), means or Means(), NOW)


@pytest.mark.parametrize(
    ("means", "reason"),
    [
        (Means(has_address=False, has_free_address=False, may=False), "no_address"),
        (Means(has_free_address=False, may=False), "suppressed"),
        (Means(may=False), "no_consent"),
    ],
)
def test_who_cannot_be_reached_is_not_started_and_never_drawn(means, reason):
    assert verdict(means=means, holdout=1.0) == Verdict(NOT_STARTED, reason)


def test_the_draw_comes_after_consent_and_is_for_good():
    assert verdict(holdout=1.0) == Verdict(HELD_OUT)
    assert verdict(Past(verdicts=frozenset({HELD_OUT})), holdout=0.0, again="always") == Verdict(None)
    assert verdict(Past(verdicts=frozenset({NOT_STARTED})), holdout=0.0) == Verdict(ADMITTED, start=True)
    assert verdict(Past(verdicts=frozenset({ADMITTED}), has_run=True, last_ended_at=OLD), holdout=1.0, again="always") == Verdict(
        None, start=True
    )


@pytest.mark.parametrize(
    ("again", "starts"), [("never", False), ("always", True), ("after 180d", True), ("180d", True), ("after 201d", False)]
)
def test_again_counts_from_the_end_of_the_last_run(again, starts):
    past = Past(verdicts=frozenset({ADMITTED}), has_run=True, last_ended_at=OLD)
    assert verdict(past, again=again).start is starts


def test_one_under_way_is_left_alone_or_restarted():
    past = Past(verdicts=frozenset({ADMITTED}), under_way=5, has_run=True)
    assert verdict(past, again="always") == Verdict(None)
    assert verdict(past, if_underway="restart") == Verdict(None, start=True, ends=5)


@given(st.integers(1, 2**62), st.integers(1, 2**62), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_holdout_only_adds_people(profile, seed, small, large):
    small, large = sorted((small, large))
    assert not holds_out("tea", profile, seed, small) or holds_out("tea", profile, seed, large)


def test_the_draw_is_fair_and_differs_between_dialogues():
    drawn = [{n for n in range(10_000) if holds_out(dialogue, n, 42, 0.1)} for dialogue in ("tea", "coffee")]
    assert all(900 < len(one) < 1100 for one in drawn)
    assert 60 < len(drawn[0] & drawn[1]) < 140


def test_the_draw_depends_on_seed_name_and_first_profile_alone():
    """These were drawn once: the same plan holds out the same people in every installation."""
    assert [n for n in range(1, 61) if holds_out("win-back", n, 2011, 0.1)] == [3, 14, 29, 49, 51, 59]
