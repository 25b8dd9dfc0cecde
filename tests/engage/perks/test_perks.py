from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from duologue.engage.models import Perk, PoolCode
from duologue.engage.perks import actions, lives, queries, tasks
from duologue.engage.perks.actions import PerkRequest
from duologue.engage.perks.follower import PerkFollower
from duologue.engage.perks.redeeming import redeem
from duologue.people.models import Event, Profile
from duologue.people.timeline.actions import NewEvent, write
from duologue.strategize.models import Offer, OfferVersion

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(workspace):
    made = []
    for number in range(1, 6):
        profile = Profile(workspace=workspace, person=number, shard=number, created_at=NOW, seen_at=NOW)
        profile.save()
        Profile.within(workspace).filter(pk=profile.pk).update(person=profile.pk)
        made.append(profile.pk)
    return made


def offer(workspace, name="ten-percent", **data):
    made = Offer(workspace=workspace, name=name)
    made.save()
    shape = {"offer": name, "kind": "discount", "code": "generated", "worth": 500, **data}
    OfferVersion(workspace=workspace, offer=made, number=1, data=shape, since=NOW).save()
    return made


def ask(workspace, persons, name="ten-percent", **more):
    return actions.reserve(workspace=workspace, requests=[PerkRequest(name, p, p, **more) for p in persons], now=NOW)


def test_codes_are_unambiguous_and_differ(workspace, people):
    offer(workspace)
    given = ask(workspace, people)
    assert len({answer.code for answer in given}) == 5
    assert not set("".join(answer.code for answer in given)) & set("01OILUV")


def test_limits_hold_for_each_for_all_and_for_the_budget(workspace, people):
    offer(workspace, "each", limits={"each": 1})
    offer(workspace, "all", limits={"all": 3})
    offer(workspace, "budget", limits={"budget": 1200}, cost=500)
    assert [a.reason for a in ask(workspace, [people[0], people[0], people[1]], "each")] == ["", "perk_gone", ""]
    assert [a.reason for a in ask(workspace, people, "all")] == ["", "", "", "perk_gone", "perk_gone"]
    assert [a.reason for a in ask(workspace, people, "budget")] == ["", "", "perk_gone", "perk_gone", "perk_gone"]
    assert [a.reason for a in ask(workspace, people[:1], "nothing-of-the-kind")] == ["no_offer"]
    assert queries.unbalanced(workspace) == []


def test_each_counts_over_merged_profiles(workspace, people):
    offer(workspace, limits={"each": 1})
    ask(workspace, people[:1])
    Profile.within(workspace).filter(pk=people[1]).update(person=people[0])
    answer = actions.reserve(workspace=workspace, requests=[PerkRequest("ten-percent", people[0], people[1])], now=NOW)
    assert answer[0].reason == "perk_gone"


def test_an_offer_has_its_days(workspace, people):
    offer(workspace, "over", valid={"from": "2025-12-01", "to": "2026-01-04"})
    offer(workspace, "last-day", valid={"from": "2025-12-01", "to": "2026-01-05"}, lasts="14d")
    assert ask(workspace, people[:1], "over")[0].reason == "perk_gone"
    assert ask(workspace, people[:1], "last-day")[0].expires_at == datetime(2026, 1, 6, tzinfo=UTC)


def test_a_pool_gives_each_code_once_and_then_nothing(workspace, people):
    pool = offer(workspace, "pool", code={"pool": "codes.txt"})
    PoolCode._rows.bulk_create([PoolCode(workspace=workspace, offer=pool, code=f"C{n}") for n in range(3)])
    given = ask(workspace, people, "pool")
    assert sorted(a.code for a in given if a.perk) == ["C0", "C1", "C2"]
    assert [a.reason for a in given if not a.perk] == ["perk_gone", "perk_gone"]
    assert queries.unbalanced(workspace) == []


def test_a_pool_gives_no_more_codes_than_were_asked_for_whatever_the_planner_takes_for_granted(workspace, people):
    pool = offer(workspace, "pool", code={"pool": "codes.txt"})
    PoolCode._rows.bulk_create([PoolCode(workspace=workspace, offer=pool, code=f"C{n}") for n in range(300)])
    with connection.cursor() as cursor:
        cursor.execute("SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; SET enable_hashagg = off")
    try:
        assert len({a.code for a in ask(workspace, people[:2], "pool")}) == 2
        assert PoolCode.within(workspace).filter(taken_at=None).count() == 298
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ALL")


def test_two_at_once_cannot_pass_a_limit(workspace, people):
    offer(workspace, limits={"all": 7})

    def one(_):
        try:
            return sum(bool(a.perk) for a in ask(workspace, people))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 7
    assert queries.unbalanced(workspace) == []


def test_a_code_is_redeemed_once_under_fifty_attempts(workspace, people):
    offer(workspace)
    code = ask(workspace, people[:1])[0].code

    def one(number):
        try:
            return redeem(workspace=workspace, code=code, order=f"order {number}", worth=420, now=NOW).ok
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, range(50))) == 1
    assert Event.within(workspace).filter(name="Perk Redeemed").count() == 1


def test_the_same_order_may_ask_again_and_no_other(workspace, people):
    offer(workspace)
    code = ask(workspace, people[:1])[0].code
    typed = f" {code[:5].lower()}-{code[5:].lower()} "
    assert redeem(workspace=workspace, code=typed, order="A1", now=NOW).ok
    assert redeem(workspace=workspace, code=code, order="A1", now=NOW).ok
    assert redeem(workspace=workspace, code=code, order="B2", now=NOW).reason == "This code has been redeemed already."
    assert redeem(workspace=workspace, code="NOPE", order="B2", now=NOW).reason == "There is no such code."


def test_a_percentage_costs_what_it_came_to(workspace, people):
    made = offer(workspace, worth="10%", cost=300)
    code = ask(workspace, people[:1])[0].code
    redeem(workspace=workspace, code=code, order="A1", worth=780, now=NOW)
    made.refresh_from_db()
    assert (made.given, made.spent) == (1, 780)
    assert queries.unbalanced(workspace) == []


def test_expiry_ends_a_perk_and_frees_its_budget(workspace, people):
    made = offer(workspace, lasts="14d", cost=300)
    given = ask(workspace, people[:2])
    assert queries.next_expiry(workspace) == NOW + timedelta(days=14)
    lives.issue(workspace=workspace, perks=[given[0].perk], now=NOW)
    later = NOW + timedelta(days=14)
    assert tasks.expire(workspace, later) == 2
    assert tasks.expire(workspace, later) == 0
    assert not redeem(workspace=workspace, code=given[0].code, order="late", now=later).ok
    made.refresh_from_db()
    assert (made.given, made.spent) == (2, 0)
    assert queries.unbalanced(workspace) == []
    assert queries.next_expiry(workspace) is None


def test_releasing_gives_the_place_back_but_not_of_what_was_issued(workspace, people):
    offer(workspace, limits={"all": 2})
    first, second = ask(workspace, people[:2])
    lives.issue(workspace=workspace, perks=[first.perk], now=NOW)
    assert lives.release(workspace=workspace, perks=[first.perk, second.perk], now=NOW) == 1
    assert [bool(a.perk) for a in ask(workspace, people[2:4])] == [True, False]
    assert queries.unbalanced(workspace) == []


def test_issuing_is_told_on_the_timeline_once(workspace, people):
    offer(workspace, lasts="14d")
    perk = ask(workspace, people[:1])[0].perk
    assert [lives.issue(workspace=workspace, perks=[perk], now=NOW) for _ in range(2)] == [1, 0]
    told = Event.within(workspace).get(name="Perk Issued")
    assert told.properties == {"perk": perk, "offer": "ten-percent", "expires_at": (NOW + timedelta(days=14)).isoformat()}


def test_an_order_with_a_coupon_redeems_it(workspace, people):
    offer(workspace, worth="10%")
    code = ask(workspace, people[:1])[0].code
    order = {"order_id": "A1", "revenue": 78.0, "currency": "GBP", "discount": 7.8, "coupon": code}
    with transaction.atomic():
        write(workspace=workspace, events=[NewEvent(people[0], NOW, "Order Completed", order)], now=NOW)
    while PerkFollower().follow(workspace=workspace, now=NOW):
        pass
    perk = Perk.within(workspace).get()
    assert (perk.state, perk.redeemed_for, perk.worth) == ("redeemed", "A1", 780)


def test_reserving_takes_as_many_queries_for_five_as_for_one(workspace, people):
    offer(workspace, limits={"each": 9})
    counts = []
    for persons in (people[:1], people):
        with CaptureQueriesContext(connection) as seen:
            ask(workspace, persons)
        counts.append(len(seen))
    assert counts[0] == counts[1]
