"""What came of a dialogue: from PostgreSQL for few people, from the lake for many, as counted one event after the other."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from duologue.measure.funnels import conversions
from duologue.measure.funnels.conversions import outcomes
from duologue.measure.funnels.rules import MOST, Goal, revenue_of
from duologue.people.privacy.actions import erase
from duologue.platform.lake import queries as lake
from duologue.strategize.segments.history import LakeFollower
from tests.measure.lives import GOAL, NOW, counted, live, plain

WITHOUT_CONDITION = Goal("Order Completed", timedelta(days=30), "sum.net")


@pytest.fixture(autouse=True)
def lake_folder(tmp_path, settings):
    settings.LAKE_URL = f"{tmp_path}/lake"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("seed", "goal"), [(1, GOAL), (2, GOAL), (3, GOAL), (1, WITHOUT_CONDITION), (4, WITHOUT_CONDITION)])
def test_it_is_counted_as_one_event_after_the_other_from_postgresql_and_from_the_lake(workspace, seed, goal, monkeypatch):
    workspace.timezone = "America/New_York"
    workspace.save(update_fields=["timezone"])
    follower = LakeFollower(events=1)
    lives = live(workspace, seed, between=lambda: follower.follow(workspace=workspace, now=NOW))
    expected = counted(lives, goal)
    assert all(expected[part] for part in ("bought", "refunds", "reactions", "mixed"))
    assert plain(outcomes(workspace, lives.dialogue, goal)) == expected
    without = plain(outcomes(workspace, lives.dialogue, None))
    assert without == {**counted(lives, None), "bought": [], "refunds": []}
    monkeypatch.setattr(conversions, "FEW", -1)
    assert plain(outcomes(workspace, lives.dialogue, goal)) == expected
    with connection.cursor() as cursor:
        held = "DELETE FROM people_event WHERE write_id IN (SELECT write_id FROM people_batch WHERE batch_no <= %s)"
        cursor.execute(held, (lake.snapshot(workspace).batch_no,))
        assert cursor.rowcount == 120
    assert plain(outcomes(workspace, lives.dialogue, goal)) == expected, "the lake is read"
    assert plain(outcomes(workspace, lives.dialogue, None)) == without


@pytest.mark.django_db(transaction=True)
def test_who_was_erased_counts_no_more_though_the_lake_waits_to_be_cleaned(workspace, monkeypatch):
    lives = live(workspace, 2, between=lambda: LakeFollower(events=1).follow(workspace=workspace, now=NOW))
    before = plain(outcomes(workspace, lives.dialogue, GOAL))
    erase(workspace=workspace, person=min(one[0] for one in before["bought"]), now=NOW)
    by_postgresql = plain(outcomes(workspace, lives.dialogue, GOAL))
    assert 0 < len(by_postgresql["bought"]) < len(before["bought"])
    monkeypatch.setattr(conversions, "FEW", -1)
    assert plain(outcomes(workspace, lives.dialogue, GOAL)) == by_postgresql


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_from_the_lake_is_read_from_postgresql(workspace, monkeypatch):
    goal = Goal("Order Completed", timedelta(days=30), "sum.net", {"shop": {"not": "kept@home.example"}})
    lives = live(workspace, 4, people=10, events=60)
    for one in lives.events:
        if one[3] == "Order Completed":
            one[4]["shop"] = "kept@home.example"
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE people_event SET properties = jsonb_set(properties, '{shop}', '"kept@home.example"')
                          WHERE name = 'Order Completed'""")
    LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    monkeypatch.setattr(conversions, "FEW", -1)
    assert plain(outcomes(workspace, lives.dialogue, goal)) == counted(lives, goal)


def test_what_cannot_be_an_amount_is_worth_nothing():
    assert revenue_of({"revenue": "1e20"}, "revenue", "GBP") == 0
    assert revenue_of({"revenue": MOST // 100}, "revenue", "GBP") == MOST


words = st.sampled_from(["a", "b", "a.b", "b.a", "c"])
values = st.recursive(st.sampled_from([1, 2, "x", None]), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner))
compared = st.sampled_from(
    [1, "x", ["x", 2], {"known": True}, {"not": {"from": "b.a"}}, {"over": {"from": "c"}}, {"has": "x"}, {"from": "a"}]
)
wheres = st.recursive(
    st.dictionaries(words, compared),
    lambda inner: st.fixed_dictionaries(
        {}, optional={"all": st.lists(inner), "any": st.lists(inner), "not": inner, "items": st.fixed_dictionaries({"of": words}, optional={"some": inner, "every": inner})}
    ),
    max_leaves=5,
)  # fmt: skip


@given(wheres, words, st.dictionaries(st.sampled_from(["a", "b", "c", "a.b", "d", "total", "order_id"]), values))
def test_what_a_goal_does_not_look_at_changes_nothing(where, value, properties):
    goal = Goal("A", timedelta(days=1), value, where)
    seen = {key: one for key, one in properties.items() if key in goal.looks_at()}
    assert goal.accepts(seen) == goal.accepts(properties)
    assert revenue_of(seen, value, "GBP") == revenue_of(properties, value, "GBP")
