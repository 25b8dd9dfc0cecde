"""Promise 4: it adds up, at all times, whatever happens in whatever order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duologue.cli.worker.clock import advance
from duologue.engage.models import Delivery, Run, RunStep
from duologue.engage.perks import queries as perks
from duologue.engage.runs import actions, queries
from duologue.people.profiles.actions import merge

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = """
dialogue: all
purpose: promotions
audience: everyone
again: after 2d
holdout: 20%
goal: {event: Order Completed, within: 30d, value: revenue}
anytime:
  - {left: everyone, then: end}
  - {replied: complaint, then: care}
turns:
  first: {say: hello, window: "09:00-20:00", listen: [{clicked: any, then: gift}, {silence: 2d, then: second}]}
  second: {say: again, listen: [{clicked: any, then: gift}, {silence: 1d, then: repeat, at_most: 1}, {silence: 2d, then: end}]}
  gift: {give: ten, say: gift, listen: [{withheld: perk_gone, then: end}, {silence: {until: perk.ten.expires_at, before: 1d}, then: pause}]}
  pause: {wait: 6h, then: last}
  last: {say: last, then: end}
  care: {hand_over: care, within: 4h, listen: [{closed: any, then: end}, {overdue: any, then: end}]}
"""
PEOPLE = 8
HAPPENINGS = ["click", "order", "complain", "withdraw", "grant", "leave", "join", "merge", "pause", "resume", "wait", "wait", "wait"]
HISTORIES = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, PEOPLE - 1), st.integers(1, 60)), min_size=4, max_size=12)


def do(shop, what, number, hours):
    someone = shop.people[number]
    if what == "click":
        delivery = Delivery.within(shop.workspace).filter(profile_id=someone, state="accepted").order_by("-id").first()
        if delivery:
            shop.click(someone, delivery.turn)
    elif what == "order":
        shop.happen("Order Completed", [someone], {"order_id": "A", "revenue": 10})
    elif what == "complain":
        shop.happen("Message Replied", [someone], {"intent": "complaint", "words": []})
    elif what in {"withdraw", "grant"}:
        shop.state([someone], "withdrawn" if what == "withdraw" else "granted")
    elif what in {"leave", "join"}:
        shop.know("everyone", [someone], value=what == "join")
    elif what == "merge":
        if number:
            merge(workspace=shop.workspace, keep=shop.people[0], lose=someone, because="test", now=shop.now)
    elif what == "pause":
        actions.pause(workspace=shop.workspace, name="all", because="test", now=shop.now)
    elif what == "resume":
        actions.resume(workspace=shop.workspace, name="all", now=shop.now)
    else:
        advance(shop.workspace, shop.now + timedelta(hours=hours), grain=timedelta(hours=1))
    if hours % 2:
        shop.turn()


def check(shop, dialogue):
    shop.adds_up()
    people = queries.people_of(shop.workspace, dialogue)
    rest = people["held_out"] + sum(people["not_started"].values()) + people["under_way"] + sum(people["ended"].values())
    assert people["considered"] == rest
    runs = queries.runs_of(shop.workspace, dialogue)
    assert runs["started"] == runs["under_way"] + sum(runs["ended"].values())
    assert people["under_way"] <= runs["under_way"]
    planned = Delivery.within(shop.workspace).count()
    assert planned == sum(shop.states().values())
    assert Run.within(shop.workspace).filter(under_way=False, ended_reason="").count() == 0
    assert RunStep.within(shop.workspace).count() >= sum(runs["ended"].values()) - runs["ended"].get("restarted", 0)
    assert perks.unbalanced(shop.workspace) == []


def test_it_adds_up_after_every_step_of_any_history(shop):
    shop.add_people(PEOPLE)
    shop.offer("ten", lasts="5d", limits={"all": 3})
    shop.segment("everyone", shop.people)
    dialogue = shop.dialogue(PLAN)

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(HISTORIES)
    def history(what):  # one shop for all of them: each goes on from where the last one left it
        for one in what:
            do(shop, *one)
            check(shop, dialogue.pk)

    history()
    actions.resume(workspace=shop.workspace, name="all", now=shop.now)
    shop.advance(days=40)
    check(shop, dialogue.pk)
    assert queries.runs_of(shop.workspace, dialogue.pk)["under_way"] == 0
