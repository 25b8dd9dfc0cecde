"""The best time and the best channel are those of a person's own answers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.engage.runs.habits import habits
from duologue.engage.runs.rules.habits import best_time

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

WAITS = """
dialogue: waits
purpose: promotions
audience: everyone
turns:
  pause: {wait: {for: 1d, at: best}, then: hello}
  hello: {say: hello, by: best, then: end}
"""


def test_the_hour_of_most_answers_is_the_best_and_the_hours_beside_it_count_half():
    day = timedelta(days=1)
    evening = [NOON + n * day + timedelta(hours=7) for n in range(2)]
    assert best_time(evening, "UTC") == ""
    assert best_time([*evening, NOON], "UTC") == "19:00"
    assert best_time([*evening, NOON], "Asia/Tokyo") == "04:00"
    assert best_time([NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)], "UTC") == "13:00"


@given(st.lists(st.integers(0, 10_000), max_size=30), st.sampled_from(["UTC", "Europe/Vienna", "Asia/Kathmandu"]))
def test_the_best_time_is_an_hour_and_does_not_hang_on_the_order(minutes, zone):
    answered = [NOON + timedelta(minutes=one) for one in minutes]
    found = best_time(answered, zone)
    assert (found == "") == (len(answered) < 3)
    assert found == best_time(answered[::-1], zone)
    assert found == "" or (found.endswith(":00") and 0 <= int(found[:2]) < 24)


@pytest.mark.django_db(transaction=True)
def test_a_run_waits_for_the_hour_at_which_its_person_answers(shop):
    evening, unknown, machine = shop.add_people(3)
    for days in range(1, 5):
        at = NOON - timedelta(days=days) + timedelta(hours=8)
        shop.happen("Link Clicked", [evening], {"human": "true", "channel": "email", "link": "a"}, at=at)
        shop.happen("Link Clicked", [machine], {"human": "false", "channel": "email", "link": "a"}, at=at)
    assert set(habits(shop.workspace, shop.people)) == {evening}
    assert habits(shop.workspace, [evening])[evening].by == {"email": 4}
    shop.segment("everyone", shop.people)
    shop.dialogue(WAITS)
    assert {person: shop.run(person).wake_at.strftime("%d %H:%M") for person in shop.people} == {
        evening: "06 20:00",
        unknown: "07 10:00",
        machine: "07 10:00",
    }
    shop.advance(days=3)
    assert shop.states() == {"accepted": 3}
