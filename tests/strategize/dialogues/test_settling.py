"""An experiment is decided when it is sure, however often one looks."""

import random

from hypothesis import given
from hypothesis import strategies as st

from duologue.strategize.dialogues.rules.settling import Tried, bounds, settled

COUNTS = st.integers(0, 5000).flatmap(lambda people: st.tuples(st.just(people), st.integers(0, people)))


@given(COUNTS)
def test_the_bounds_hold_what_was_seen(counts):
    people, reached = counts
    low, high = bounds(Tried(people, reached), 0.05)
    assert 0 <= low <= (reached / people if people else 0.5) <= high <= 1


@given(COUNTS, st.integers(2, 20))
def test_more_of_the_same_makes_it_surer(counts, times):
    people, reached = counts
    low, high = bounds(Tried(people, reached), 0.05)
    more_low, more_high = bounds(Tried(people * times, reached * times), 0.05)
    assert more_high - more_low <= high - low + 1e-9


def test_a_clear_winner_is_found_and_a_narrow_one_is_not():
    assert settled({"a": Tried(500, 60), "b": Tried(500, 15)}) == "a"
    assert settled({"a": Tried(500, 60), "b": Tried(500, 55)}) is None
    assert settled({"a": Tried(500, 60), "b": Tried(500, 15), "c": Tried(500, 58)}) is None
    assert settled({"a": Tried(500, 500)}) is None
    assert settled({"a": Tried(0, 0), "b": Tried(0, 0)}) is None


def test_of_equals_one_is_seldom_taken_for_better_though_one_looks_every_day():
    dice = random.Random(7)
    wrong = 0
    for _ in range(100):
        tried = {"a": [0, 0], "b": [0, 0]}
        for _day in range(60):
            for one in tried.values():
                one[0] += 20
                one[1] += sum(dice.random() < 0.1 for _ in range(20))
            if settled({then: Tried(*counts) for then, counts in tried.items()}):
                wrong += 1
                break
    assert wrong <= 5
