import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.measure.lift import rules
from duologue.measure.lift.rules import Arm


@pytest.mark.parametrize(
    ("invited", "held_out", "low", "high"),
    [
        # Newcombe (1998), table II, method 10
        (Arm(70, 56), Arm(80, 48), 0.0524, 0.3339),
        (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090),
        (Arm(7, 6), Arm(7, 2), 0.0582, 0.8062),
        (Arm(56, 5), Arm(29, 0), -0.0381, 0.1926),
    ],
)
def test_the_interval_of_rates_equals_the_published_ones(invited, held_out, low, high):
    interval = rules.rate_difference(invited, held_out)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_the_interval_of_revenue_is_welchs():
    invited, held_out = [10, 0, 30, 20], [5, 0, 10]
    arms = [Arm(len(a), sum(x > 0 for x in a), sum(a), sum(x * x for x in a)) for a in (invited, held_out)]
    interval = rules.revenue_difference(*arms)
    from scipy import stats  # a large library, for this test alone

    expected = stats.ttest_ind(invited, held_out, equal_var=False).confidence_interval(0.95)
    assert interval.estimate == 10
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_one_person_on_a_side_tells_nothing_about_revenue():
    assert rules.revenue_difference(Arm(1, 1, 50, 2500), Arm(9, 0)).low == -math.inf


@pytest.mark.parametrize(
    ("invited", "held_out", "beginning"),
    [
        (Arm(10, 1), Arm(0, 0), "Nothing can be said about what this dialogue caused"),
        (Arm(0, 0), Arm(5, 1), "Nothing can be said yet"),
        (Arm(900, 90), Arm(100, 8), "Too few people to tell yet; about "),
        (Arm(90_000, 9_000), Arm(90_000, 9_001), "No effect can be seen"),
        (Arm(9_000, 1_800), Arm(1_000, 100), "It brought 10.0 more conversions per 100 invited (between "),
        (Arm(9_000, 900), Arm(1_000, 200), "It cost 10.0 conversions per 100 invited"),
    ],
)
def test_the_sentence_says_what_can_be_told(invited, held_out, beginning):
    assert rules.sentence(invited, held_out).startswith(beginning)


def test_the_interval_contains_the_truth_at_least_ninety_times_in_a_hundred():
    chance = random.Random(7)
    hits = 0
    for _ in range(300):
        invited = Arm(270, sum(chance.random() < 0.15 for _ in range(270)))
        held_out = Arm(30, sum(chance.random() < 0.10 for _ in range(30)))
        interval = rules.rate_difference(invited, held_out)
        hits += interval.low <= 0.05 <= interval.high
    assert hits >= 270


arms = st.integers(1, 5_000).flatmap(lambda people: st.builds(Arm, st.just(people), st.integers(0, people)))


@given(arms, arms)
def test_the_interval_holds_its_estimate_and_stays_within_bounds(invited, held_out):
    interval = rules.rate_difference(invited, held_out)
    assert -1 - 1e-9 <= interval.low <= interval.estimate <= interval.high <= 1 + 1e-9
    assert rules.sentence(invited, held_out).endswith((".", ")."))
