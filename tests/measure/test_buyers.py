"""Cohorts of buyers: by the month of the first order on the workspace's clock, over lake and tail, as plain Python counts them."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from duologue.measure.buyers import tasks
from duologue.measure.buyers.actions import count
from duologue.measure.buyers.models import BuyerCohorts
from duologue.measure.buyers.queries import buyers
from duologue.measure.buyers.rules import WITHIN, Month, cohorts, returning
from duologue.measure.value.queries import value
from duologue.people.privacy.actions import erase
from duologue.strategize.segments.history import LakeFollower
from tests.measure.test_value import DAY, NOW, happened, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lake_folder(tmp_path, settings):
    settings.LAKE_URL = f"{tmp_path}/lake"


def test_without_orders_there_is_no_month_and_before_the_first_count_no_moment(workspace):
    assert buyers(workspace) == {"at": None, "currency": workspace.currency, "cohorts": {}}
    person(workspace)
    count(workspace=workspace, now=NOW)
    assert buyers(workspace) == {"at": NOW.isoformat(), "currency": workspace.currency, "cohorts": {}}


def test_people_fall_into_the_month_of_their_first_order_on_the_workspaces_clock(workspace):
    workspace.timezone = "Australia/Sydney"
    workspace.save(update_fields=["timezone"])
    ann, bob = person(workspace), person(workspace)
    ann_too = person(workspace, same_as=ann)
    at = datetime(2025, 3, 31, 14, tzinfo=UTC) - NOW  # in Sydney it is April
    happened(workspace, ann, at / DAY, revenue=10, order_id="1")
    happened(workspace, ann_too, at / DAY + 40, revenue="20.50", order_id="2")
    happened(workspace, ann, at / DAY + 50, "Order Refunded", total=5, order_id="2")
    happened(workspace, bob, at / DAY + 2, revenue=7, currency="XTS", order_id="3")
    count(workspace=workspace, now=NOW)
    again = {"1": 0, "2": 1, "3": 1, "6": 1}  # the year is not over for all of them
    assert buyers(workspace)["cohorts"] == {"2025-04": {"people": 2, "orders": 3, "revenue": 2550, "again": again}}


def test_random_lives_are_counted_as_plain_python_counts_them_with_half_of_them_in_the_lake(workspace):
    draw = random.Random(7)
    lives = {person(workspace): sorted(draw.sample(range(-900, 0), draw.choice([0, 1, 1, 2, 3, 6]))) for _ in range(60)}
    for number, (one, days) in enumerate(lives.items()):
        for day in days:
            happened(workspace, one, day, revenue=number + 1, order_id=f"{one}-{day}")
        if number == 30:
            LakeFollower(events=1).follow(workspace=workspace, now=NOW)
            in_the_lake = list(lives)[:31]
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM people_event WHERE profile_id = ANY(%s)", (in_the_lake,))
    count(workspace=workspace, now=NOW)
    expected = {}
    for number, days in enumerate(lives.values()):
        if days:
            first = NOW + days[0] * DAY
            month = expected.setdefault(f"{first:%Y-%m}", {"people": 0, "orders": 0, "revenue": 0, "again": dict.fromkeys(WITHIN, 0)})
            month["people"] += 1
            month["orders"] += len(days)
            month["revenue"] += 100 * (number + 1) * len(days)
            for months in WITHIN:
                month["again"][months] += len(days) > 1 and NOW + days[1] * DAY < later(first, months)
    found = buyers(workspace)["cohorts"]
    assert {month: {**one, "again": dict(one["again"])} for month, one in found.items()} == {
        month: {**one, "again": {str(months): people for months, people in one["again"].items() if over(month, months)}}
        for month, one in expected.items()
    }
    assert len(found) > 12


def test_who_was_erased_counts_no_more_though_the_lake_waits_to_be_cleaned(workspace):
    ann, bob = person(workspace), person(workspace)
    for one in (ann, bob):
        happened(workspace, one, -40, revenue=10)
    LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    erase(workspace=workspace, person=ann, now=NOW)
    count(workspace=workspace, now=NOW)
    assert {month: one["people"] for month, one in buyers(workspace)["cohorts"].items()} == {"2025-11": 1}
    assert (value(workspace, NOW).customers, value(workspace, NOW).revenue) == (1, 1000)


def later(at, months):
    """The same day so many months later, or that month's last."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = (datetime(year + (month == 11), (month + 1) % 12 + 1, 1, tzinfo=UTC) - DAY).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def over(month, months):
    year, number = map(int, month.split("-"))
    return later(datetime(year, number, 28, tzinfo=UTC) + 4 * DAY, months).replace(day=1, hour=0) <= NOW


def test_what_is_not_over_for_everybody_of_a_month_is_not_told():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    found = cohorts([Month("2026-01", 10, 12, 100, (2, 3, 3, 3, 3)), Month("2025-02", 5, 9, 90, (1, 1, 1, 2, 4))], at, "UTC")
    assert {month: one["again"] for month, one in found.items()} == {
        "2025-02": {"1": 1, "2": 1, "3": 1, "6": 2, "12": 4},
        "2026-01": {"1": 2},
    }
    assert returning(found, 1) == (15, 3)
    assert returning(found, 1, last=1) == (10, 2)
    assert returning({}, 3) is None
    assert cohorts([Month("2026-01", 10, 12, 100, (2, 3, 3, 3, 3))], at, "America/New_York")["2026-01"]["again"] == {}


def test_the_job_counts_where_something_has_happened_since_and_seldom(workspace):
    assert not tasks.is_behind(workspace, NOW)
    ann = person(workspace)
    happened(workspace, ann, -40, revenue=10)
    assert tasks.is_behind(workspace, NOW)
    tasks.count_buyers()
    assert BuyerCohorts.within(workspace).get().data["cohorts"]["2025-11"]["people"] == 1
    happened(workspace, ann, -1, revenue=10)
    assert not tasks.is_behind(workspace, NOW)
    assert tasks.is_behind(workspace, NOW + timedelta(hours=21))
