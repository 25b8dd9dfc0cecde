import random
import statistics
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from duologue.measure.value.queries import value
from duologue.people.models import Identifier, Profile
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.workspaces.actions import create_workspace
from duologue.strategize.segments.history import LakeFollower

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def person(workspace, external_id="", same_as=None):
    profile = Profile(workspace=workspace, person=0, shard=1, created_at=NOW, seen_at=NOW)
    profile.save()
    Profile.within(workspace).filter(pk=profile.pk).update(person=same_as or profile.pk)
    if external_id:
        Identifier(workspace=workspace, profile=profile, kind="external", value=external_id, first_seen_at=NOW).save()
    return profile.pk


def happened(workspace, profile, days, name="Order Completed", **properties):
    with transaction.atomic():
        write(workspace=workspace, events=[NewEvent(profile, NOW + days * DAY, name, properties)], now=NOW)


def test_a_workspace_without_orders_has_people_and_no_customers(workspace):
    person(workspace)
    found = value(workspace, NOW)
    assert (found.people, found.customers, found.orders, found.revenue) == (1, 0, 0, 0)
    assert (found.recency_median, found.frequency_mean, found.spent_median, found.best) == (None, None, None, ())


def test_customers_orders_and_their_worth_are_counted_by_person(workspace):
    ann = person(workspace, "ann")
    ann_too = person(workspace, same_as=ann)
    bob = person(workspace, "bob")
    person(workspace, "who never bought")
    happened(workspace, ann, -30, revenue=10.01)
    happened(workspace, ann_too, -10.5, revenue="20.00", currency="gbp")
    happened(workspace, bob, -2, revenue=5)
    found = value(workspace, NOW, best=1)
    assert (found.people, found.customers, found.one_time_buyers, found.orders, found.revenue) == (3, 2, 1, 3, 3501)
    assert (found.recency_median, found.frequency_mean, found.spent_median) == (2, 1.5, 1751)  # 17.505, and half a penny goes up
    assert [(one.person, one.external_id, one.orders, one.spent) for one in found.best] == [(ann, "ann", 2, 3001)]
    assert found.best[0].last_at == NOW - 10.5 * DAY


def test_random_customers_are_worth_what_plain_python_says_with_half_of_them_in_the_lake(workspace, settings, tmp_path):
    settings.LAKE_URL = f"{tmp_path}/lake"
    draw = random.Random(5)
    orders = {}
    for number in range(30):
        one = person(workspace)
        for _ in range(draw.choice([0, 1, 1, 3])):
            day, worth = draw.randrange(-90, 0) - 0.5, draw.randrange(1, 9000)
            orders.setdefault(one, []).append((day, worth))
            happened(workspace, one, day, revenue=worth / 100)
        if number == 15:
            LakeFollower(events=1).follow(workspace=workspace, now=NOW)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM people_event")
    found = value(workspace, NOW)
    spent = {one: sum(worth for _, worth in theirs) for one, theirs in orders.items()}
    assert (found.customers, found.orders, found.revenue) == (len(orders), sum(map(len, orders.values())), sum(spent.values()))
    assert found.recency_median == statistics.median_low(int(-max(day for day, _ in theirs)) for theirs in orders.values())
    assert found.spent_median == int(statistics.median(spent.values()) + 0.5)
    best = sorted(spent.items(), key=lambda one: (-one[1], one[0]))[:5]
    assert [(one.person, one.spent) for one in found.best] == best


def test_refunds_stand_apart_whatever_their_sign(workspace):
    ann = person(workspace)
    happened(workspace, ann, -3, revenue=30)
    happened(workspace, ann, -2, "Order Refunded", total=-10)
    happened(workspace, ann, -1, "Order Refunded", revenue=2.5)
    found = value(workspace, NOW)
    assert (found.revenue, found.refunds, found.refunded) == (3000, 2, 1250)


def test_what_is_no_amount_or_in_another_currency_is_an_order_worth_nothing(workspace):
    ann = person(workspace)
    for given in ({}, {"revenue": "much"}, {"revenue": None}, {"revenue": [1]}, {"revenue": 7, "currency": "EUR"}):
        happened(workspace, ann, -1, **given)
    found = value(workspace, NOW)
    assert (found.orders, found.revenue) == (5, 0)


def test_what_lies_ahead_and_what_is_anothers_is_not_counted(workspace):
    happened(workspace, person(workspace), 0.5, revenue=1)
    other = create_workspace(name="other", clock_at=NOW)
    happened(other, person(other), -1, revenue=1)
    assert value(workspace, NOW).orders == 0
