"""Points and credit: books that sum to zero, and balances that never fall below it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duologue.engage.models import Movement, Perk, Posting
from duologue.engage.perks import balances, lives, queries, rules
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.balances import Spend, Spent, spend
from duologue.engage.perks.mine import mine
from duologue.engage.perks.redeeming import redeem
from duologue.people.models import Event
from duologue.people.profiles.actions import merge, unmerge
from tests.drawn import drawn
from tests.engage.perks.test_perks import NOW, offer, people  # noqa: F401 - a fixture


def give(workspace, persons, name="points", at=NOW):
    requests = [PerkRequest(name, person, person) for person in persons]
    perks = [answer.perk for answer in reserve(workspace=workspace, requests=requests, now=at)]
    lives.issue(workspace=workspace, perks=perks, now=at)
    return perks


def points_of(workspace, person, now=NOW):
    return balances.balances(workspace, [person], now).get("points", 0)


@pytest.mark.django_db(transaction=True)
def test_fifty_who_spend_at_once_never_spend_more_than_there_is(workspace, people):  # noqa: F811
    offer(workspace, "points", kind="points", code="none", worth=50)
    give(workspace, people[:1] * 3)

    def one(number):
        try:
            return spend(workspace=workspace, spends=[Spend(people[0], "points", 10, f"order {number % 25}")], now=NOW)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(50)))
    assert Movement.within(workspace).filter(kind="spent").count() == 15
    assert sum(answer.ok for answer in answers) in range(15, 31)  # the same order may ask again
    assert points_of(workspace, people[0]) == 0
    assert balances.out_of_balance(workspace) == []
    assert Event.within(workspace).filter(name="Perk Redeemed").count() == 15


@pytest.mark.django_db(transaction=True)
def test_fifty_who_pay_with_one_code_of_credit_pay_what_it_holds(workspace, people):  # noqa: F811
    offer(workspace, "ten-pounds", kind="credit", worth=1000)
    give(workspace, people[:1], "ten-pounds")
    code = Perk.within(workspace).get().code

    def one(number):
        try:
            return redeem(workspace=workspace, code=code, order=f"order {number}", worth=30, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(50)))
    assert sum(answer.worth or 0 for answer in answers) == 1000
    assert sorted({answer.reason for answer in answers}) == ["", "Nothing is left of it."]
    assert (Perk.within(workspace).get().state, balances.out_of_balance(workspace)) == ("redeemed", [])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(0, 1), st.sampled_from(["short", "long"])),
        st.tuples(st.just("spend"), st.integers(0, 1), st.integers(1, 120)),
        st.tuples(st.just("wait"), st.integers(1, 20), st.none()),
        st.tuples(st.just("withdraw"), st.integers(0, 1), st.none()),
    ),
    min_size=3,
    max_size=9,
)


@pytest.mark.django_db
@settings(max_examples=drawn(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each is rolled back
@given(steps=STEPS)
def test_whatever_happens_the_books_sum_to_zero(workspace, people, steps):  # noqa: F811
    with transaction.atomic():
        _happen(workspace, people, steps)
        transaction.set_rollback(True)


def _happen(workspace, people, steps):  # noqa: F811
    offer(workspace, "short", kind="points", code="none", worth=50, lasts="10d", cost=7)
    offer(workspace, "long", kind="points", code="none", worth=50, lasts="30d", cost=7)
    now = NOW
    for number, (what, which, more) in enumerate(steps):
        if what == "give":
            give(workspace, [people[which]], more, at=now)
        elif what == "spend":
            before = points_of(workspace, people[which], now)
            answer = spend(workspace=workspace, spends=[Spend(people[which], "points", more, f"order {number}")], now=now)[0]
            assert answer.ok == (more <= before)
            assert answer.left == before - (more if answer.ok else 0) == points_of(workspace, people[which], now)
        elif what == "wait":
            now += timedelta(days=which)
            lives.expire(workspace=workspace, now=now)
        else:
            held = Perk.within(workspace).filter(person=people[which], state="issued").values_list("pk", flat=True)
            lives.withdraw(workspace=workspace, perks=list(held), reason="given twice", now=now)
        assert balances.out_of_balance(workspace) == []
        assert queries.unbalanced(workspace) == []


@pytest.mark.django_db
def test_what_ends_first_is_spent_first_and_the_same_order_spends_once(workspace, people):  # noqa: F811
    offer(workspace, "points", kind="points", code="none", worth=50)
    offer(workspace, "soon", kind="points", code="none", worth=50, lasts="10d")
    (late,), (soon,) = give(workspace, people[:1]), give(workspace, people[:1], "soon")
    asked = [Spend(people[0], "points", 60, "A1"), Spend(people[0], "points", 60, "A1"), Spend(people[0], "points", 41, "A2")]
    answers = spend(workspace=workspace, spends=asked, now=NOW)
    assert answers == [
        Spent(ok=True, amount=60, left=40, is_new=True),
        Spent(ok=True, amount=60, left=40),
        Spent(ok=False, left=40, reason=balances.TOO_LITTLE),
    ]
    assert dict(Perk.within(workspace).values_list("pk", "remaining")) == {soon: 0, late: 40}
    assert list(Posting.within(workspace).filter(account="spent").order_by("perk").values_list("perk", "amount")) == [
        (late, 10),
        (soon, 50),
    ]
    told = Event.within(workspace).filter(name="Perk Redeemed").order_by("id").values_list("properties", flat=True)
    assert [(one["offer"], one["amount"], one["remaining"]) for one in told] == [("soon", 50, 0), ("points", 10, 40)]


@pytest.mark.django_db
def test_after_a_merge_is_undone_everyone_has_what_their_own_profiles_were_given(workspace, people):  # noqa: F811
    for name, more in (("points", {"code": "none", "worth": 50}), ("word", {"kind": "discount", "code": {"shared": "SPRING"}})):
        offer(workspace, name, **{"kind": "points", **more})
    keep, lose = people[:2]
    done = merge(workspace=workspace, keep=keep, lose=lose, because="the same card", now=NOW)
    requests = [PerkRequest(name, keep, lose) for name in ("points", "word")]
    lives.issue(workspace=workspace, perks=[one.perk for one in reserve(workspace=workspace, requests=requests, now=NOW)], now=NOW)
    assert spend(workspace=workspace, spends=[Spend(keep, "points", 20, "A1")], now=NOW)[0].left == 30
    unmerge(workspace=workspace, merge=done.pk, now=NOW)
    assert (points_of(workspace, keep), points_of(workspace, lose)) == (0, 30)
    assert (len(mine(workspace, [keep], NOW)), len(mine(workspace, [lose], NOW))) == (0, 2)
    assert spend(workspace=workspace, spends=[Spend(lose, "points", 20, "A1")], now=NOW)[0] == Spent(ok=True, amount=20, left=30)
    assert [redeem(workspace=workspace, code="SPRING", order="A1", person=one, now=NOW).ok for one in (keep, lose)] == [False, True]
    assert Movement.within(workspace).get(kind="spent").profile_id == lose
    assert balances.out_of_balance(workspace) == []


@pytest.mark.django_db
def test_points_spent_to_the_last_keep_no_code_from_the_same_order(workspace, people):  # noqa: F811
    offer(workspace, "points", kind="points", code="none", worth=50)
    offer(workspace)
    give(workspace, people[:1])
    (code,) = (Perk.within(workspace).get(pk=perk).code for perk in give(workspace, people[:1], "ten-percent"))
    assert spend(workspace=workspace, spends=[Spend(people[0], "points", 50, "A1")], now=NOW)[0].left == 0
    assert redeem(workspace=workspace, code=code, order="A1", now=NOW).ok


@pytest.mark.django_db
def test_spending_for_many_takes_as_many_queries_as_for_one(workspace, people):  # noqa: F811
    offer(workspace, "points", kind="points", code="none", worth=50)
    give(workspace, people)

    def queries_for(persons, order):
        with CaptureQueriesContext(connection) as seen:
            assert all(
                one.ok for one in spend(workspace=workspace, spends=[Spend(p, "points", 10, f"{order}{p}") for p in persons], now=NOW)
            )
        return len(seen)

    assert queries_for(people[:1], "A") == queries_for(people, "B")


LOTS = st.lists(st.tuples(st.integers(0, 100), st.one_of(st.none(), st.integers(1, 90))), max_size=8)


@given(lots=LOTS, amount=st.integers(1, 300))
def test_what_is_taken_is_what_was_asked_for_and_of_what_ends_first(lots, amount):
    made = [rules.Lot(n, 1, 1, "points", left, None if ends is None else NOW + timedelta(days=ends)) for n, (left, ends) in enumerate(lots)]
    parts = rules.taken_from(made, amount)
    if parts is None:
        assert sum(left for left, _ in lots) < amount
        return
    assert sum(part for _, part in parts) == amount
    taken = dict(parts)
    assert all(0 < part <= lots[perk][0] for perk, part in parts)
    first = min((ends or 99 for n, (left, ends) in enumerate(lots) if taken.get(n, 0) < left), default=99)
    assert all((lots[perk][1] or 99) <= first for perk in taken)


@given(kind=st.sampled_from(Movement.Kind.values), amount=st.integers(1, 10**12))
def test_both_sides_of_a_movement_sum_to_zero(kind, amount):
    (mine, gained), (theirs, lost) = rules.sides(kind, amount)
    assert (mine, theirs, gained + lost) == ("person", kind, 0)
    assert (gained > 0) == (kind == "given")
