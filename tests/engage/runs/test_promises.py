"""The engine's promises (design, part 4), each with a test that fails when it is broken."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from duologue.engage.models import Admission, Delivery, Run, RunStep
from duologue.engage.runs import actions, queries, tasks
from duologue.engage.runs.follower import RunFollower
from duologue.people.intake.actions import receive
from duologue.people.profiles.actions import merge
from duologue.platform.database.clock import database_now
from duologue.platform.registry import shards
from duologue.platform.registry.leases import owner
from duologue.platform.workspaces.actions import set_clock

pytestmark = pytest.mark.django_db(transaction=True)

ONE = """
dialogue: one
purpose: promotions
audience: everyone
turns:
  first: {say: hello, listen: [{clicked: any, then: gift}, {silence: 3d, then: second}]}
  second: {say: again, listen: [{clicked: any, then: gift}, {silence: 2d, then: end}]}
  gift: {say: gift, listen: [{silence: 1d, then: end}]}
"""
ORDERED = """
dialogue: thanks
kind: service
purpose: bookings
starts: {event: Order Completed, where: {revenue: {over: 10}}}
per: start.order_id
again: always
turns:
  thank: {say: plain, listen: [{event: Order Refunded, where: {order_id: {from: start.order_id}}, then: end}, {silence: 2d, then: end}]}
"""


# 1. nothing read is skipped


def test_a_follower_that_fails_reads_the_same_batch_again(shop, monkeypatch):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    shop.click(someone, "first")
    with monkeypatch.context() as broken:
        broken.setattr("duologue.engage.runs.follower.move_cursor", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            RunFollower().follow(workspace=shop.workspace, now=shop.now)
    assert shop.where(someone) == "first"
    shop.turn()
    assert shop.where(someone) == "gift"
    assert RunStep.within(shop.workspace).count() == 1


# 2. set-based


def test_the_number_of_queries_does_not_grow_with_people(shop):
    counts = {}
    for number in (3, 40):
        shop.add_people(number)
        name = f"all{number}"
        shop.segment(name, shop.people)
        shop.dialogue(ONE.replace("everyone", name).replace("dialogue: one", f"dialogue: {name}"), start=False)
        shop.turn()
        with CaptureQueriesContext(connection) as starting:
            actions.start_dialogue(workspace=shop.workspace, name=name, now=shop.now)
        shop.turn()
        for someone in shop.people:
            shop.happen("Order Completed", [someone])
        with CaptureQueriesContext(connection) as following:
            RunFollower().follow(workspace=shop.workspace, now=shop.now)
        Run.within(shop.workspace).update(wake_at=shop.now, counts_from=shop.now - timedelta(days=4))
        held = tasks.leases.of(shop.workspace)
        with CaptureQueriesContext(connection) as waking:
            assert tasks.wake(shop.workspace, shop.now, held=held) >= number
        counts[number] = (len(starting), len(following), len(waking))
        shop.turn()
    assert counts[3] == counts[40]


# 3. sent once


def test_deciding_twice_for_the_same_occurrence_plans_one_delivery(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    run = shop.run(someone)
    Run.within(shop.workspace).filter(pk=run.pk).update(phase="arrived", wake_at=shop.now)
    shop.turn()
    assert Delivery.within(shop.workspace).count() == 1


# 5. one writer per person


def test_a_worker_whose_lease_was_lost_writes_nothing(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    Run.within(shop.workspace).update(wake_at=shop.now, counts_from=shop.now - timedelta(days=4))
    stale = shards.acquire(tasks.ROLE, owner(), database_now())
    later = database_now() + timedelta(seconds=shards.LEASE_SECONDS + 1)
    shards.acquire(tasks.ROLE, "another", later)
    assert tasks.wake(shop.workspace, shop.now, held=stale) == 0
    assert shop.where(someone) == "first"


# 6. responses and silence


def test_silence_waits_for_what_was_received_before_the_deadline(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    deadline = shop.now + timedelta(days=3)
    shop.click(someone, "first")  # on the timeline, and the runs have not read it
    set_clock(workspace=shop.workspace, at=deadline + timedelta(hours=1))
    assert tasks.wake(shop.workspace, shop.now) == 0
    shop.turn()
    assert shop.where(someone) == "gift"


def test_silence_waits_for_the_intake_too(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    payload = b'{"type": "track", "messageId": "m1", "userId": "nobody", "event": "Product Viewed"}'
    receive(workspace=shop.workspace, source="shop", payloads=[payload], now=shop.now, arrives_at=[shop.now + timedelta(days=2)])
    set_clock(workspace=shop.workspace, at=shop.now + timedelta(days=3, hours=1))
    assert tasks.wake(shop.workspace, shop.now) == 0
    shop.turn()
    assert shop.where(someone) == "second"


def test_a_response_received_after_the_deadline_does_not_beat_silence(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    set_clock(workspace=shop.workspace, at=shop.now + timedelta(days=3, hours=1))
    shop.click(someone, "first")
    shop.turn()
    steps = list(RunStep.within(shop.workspace).order_by("seq").values_list("turn", "heard"))
    assert steps == [("first", "silence: 3d"), ("second", "clicked: any")]


def test_an_opening_decides_nothing(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    before = Run.within(shop.workspace).values().get()
    delivery = shop.delivery(someone, "first")
    said = {"turn": "first", "seq": 1, "link": "shop", "human": "true"}
    shop.happen("Message Opened", [someone], said, run_id=delivery.run_id, delivery_id=delivery.pk)
    shop.turn()
    assert Run.within(shop.workspace).values().get() == before
    assert not RunStep.within(shop.workspace).exists()


# 8. versions


def test_those_under_way_finish_on_their_version_or_move(shop):
    (first,) = shop.add_people(1)
    shop.segment("everyone", [first])
    dialogue = shop.dialogue(ONE)
    shop.turn()
    renamed = ONE.replace("  second: {say: again", "  later: {was: second, say: last").replace("then: second", "then: later")
    shop.dialogue(renamed, start=False)
    shop.advance(days=3, hours=1)
    assert shop.where(first) == "second"
    assert queries.under_way_elsewhere(shop.workspace, dialogue.pk, 0) == {"second": 1}
    assert actions.move_under_way(workspace=shop.workspace, name="one", now=shop.now) == 1
    assert shop.where(first) == "later"
    shop.advance(days=3)
    assert shop.where(first) == "ended: end"
    shop.adds_up()


def test_a_vanished_turn_with_people_in_it_is_refused(shop):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", [someone])
    shop.dialogue(ONE)
    shop.turn()
    shop.dialogue(ONE.replace("  first:", "  other:"), start=False)
    with pytest.raises(actions.NotPossible, match=r"first \(1\)"):
        actions.move_under_way(workspace=shop.workspace, name="one", now=shop.now)
    assert shop.where(someone) == "first"


def test_lines_that_changed_are_counted_anew_and_others_are_not(shop):
    shop.add_people(2)
    shop.segment("everyone", shop.people)
    shop.dialogue(ONE)
    shop.turn()
    Run.within(shop.workspace).update(heard={"first#0": 2})
    shop.dialogue(ONE.replace("say: again", "say: last"), start=False)
    assert [(place.turn, place.then, place.people) for place in actions.waiting(shop.workspace, "one").places] == [("first", "first", 2)]
    actions.move_under_way(workspace=shop.workspace, name="one", now=shop.now)
    assert {run.heard["first#0"] for run in Run.within(shop.workspace)} == {2}
    shop.dialogue(ONE.replace("silence: 3d", "silence: 4d"), start=False)
    actions.move_under_way(workspace=shop.workspace, name="one", now=shop.now)
    assert [run.heard for run in Run.within(shop.workspace)] == [{}, {}]
    assert actions.waiting(shop.workspace, "one").people == 0


# 9. holdout


def test_the_control_group_is_drawn_once_and_survives_again_and_versions(shop):
    shop.add_people(60)
    shop.segment("everyone", shop.people)
    dialogue = shop.dialogue(ONE.replace("audience: everyone", "audience: everyone\nholdout: 50%\nagain: always"))
    held_out = set(Admission.within(shop.workspace).filter(verdict="held_out").values_list("person", flat=True))
    assert 15 < len(held_out) < 45
    shop.turn()
    shop.advance(days=9)
    shop.dialogue(ONE.replace("audience: everyone", "audience: everyone\nholdout: 10%\nagain: always"), start=False)
    shop.know("everyone", shop.people, value=False)
    shop.turn()
    shop.know("everyone", shop.people, value=True)
    shop.turn()
    assert not held_out & set(Run.within(shop.workspace).values_list("person", flat=True))
    people = queries.people_of(shop.workspace, dialogue.pk)
    assert (people["considered"], people["held_out"]) == (60, len(held_out))
    assert Run.within(shop.workspace).count() == 2 * (60 - len(held_out))
    shop.adds_up()


# 10. merging


def test_what_another_profile_of_the_person_says_moves_the_run(shop):
    first, second = shop.add_people(2)
    shop.segment("everyone", [first])
    shop.dialogue(ONE.replace("turns:", "anytime: [{event: Order Completed, then: end}]\nturns:"))
    shop.turn()
    merge(workspace=shop.workspace, keep=second, lose=first, because="same card", now=shop.now)
    shop.happen("Order Completed", [second])
    shop.turn()
    assert shop.where(first) == "ended: end"


def test_a_merged_person_is_not_drawn_again(shop):
    shop.add_people(8)
    shop.segment("everyone", shop.people)
    shop.dialogue(ONE.replace("audience: everyone", "audience: everyone\nholdout: 90%"))
    first = Admission.within(shop.workspace).filter(verdict="held_out").values_list("person", flat=True)[0]
    (second,) = shop.add_people(1)
    merge(workspace=shop.workspace, keep=second, lose=first, because="same card", now=shop.now)
    shop.dialogue(ONE, start=False)
    shop.know("everyone", [first, second], value=False)
    shop.turn()
    shop.know("everyone", [second], value=True)
    shop.turn()
    assert not Run.within(shop.workspace).filter(profile_id__in=[first, second]).exists()


# triggers, per, if_underway


def test_a_trigger_starts_one_run_per_order(shop):
    (someone,) = shop.add_people(1, consent=False)
    dialogue = shop.dialogue(ORDERED)
    for order, revenue in (("A", 20), ("B", 30), ("C", 5), ("A", 20)):
        shop.happen("Order Completed", [someone], {"order_id": order, "revenue": revenue})
    shop.turn()
    assert sorted(Run.within(shop.workspace).values_list("occasion", flat=True)) == ["A", "B"]
    shop.happen("Order Refunded", [someone], {"order_id": "B"})
    shop.turn()
    assert list(Run.within(shop.workspace).filter(under_way=False).values_list("occasion", flat=True)) == ["B"]
    assert queries.runs_of(shop.workspace, dialogue.pk) == {"started": 2, "under_way": 1, "ended": {"end": 1}}
    assert shop.states() == {"accepted": 2}
    shop.adds_up()


def test_restart_ends_the_run_under_way(shop):
    (someone,) = shop.add_people(1)
    shop.dialogue(ORDERED.replace("again: always", "again: always\nif_underway: restart"))
    for _ in range(2):
        shop.happen("Order Completed", [someone], {"order_id": "A", "revenue": 20})
        shop.turn()
    assert list(Run.within(shop.workspace).order_by("id").values_list("under_way", "ended_reason")) == [(False, "restarted"), (True, "")]
    shop.adds_up()


def test_ending_a_dialogue_lets_everyone_go(shop):
    shop.add_people(3)
    shop.segment("everyone", shop.people)
    shop.dialogue(ONE)
    assert actions.end_dialogue(workspace=shop.workspace, name="one", now=shop.now) == 3
    shop.turn()
    assert shop.states() == {"withheld overtaken": 3}
    shop.adds_up()


def test_two_workers_at_once_start_nobody_twice(shop):
    shop.add_people(50)
    shop.segment("everyone", shop.people)
    shop.dialogue(ONE, start=False)

    def start(_):
        try:
            return actions.start_dialogue(workspace=shop.workspace, name="one", now=shop.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(start, range(2))) == 50
    assert Run.within(shop.workspace).count() == Delivery.within(shop.workspace).count() == 50
    with transaction.atomic():
        shop.adds_up()


# what no longer holds is not said


TWO = """
dialogue: two
about: Two messages at once, the first of which has to wait
purpose: promotions
audience: everyone
turns:
  first: {say: hello, window: "Sa 09:00-20:00", too_late: 9d, then: second}
  second: {say: again, window: always, listen: [{clicked: any, then: thanks}, {silence: 1d, then: end}]}
  thanks: {say: plain, window: always, then: end}
"""


@pytest.mark.parametrize("way", ["clicked", "silence"])
def test_once_a_response_or_silence_ended_the_run_nothing_of_it_goes_out(shop, way):
    (someone,) = shop.add_people(1)
    shop.segment("everyone", shop.people)
    shop.dialogue(TWO)
    shop.turn()
    assert shop.states() == {"queued window": 1, "accepted": 1}
    if way == "clicked":
        shop.click(someone, "second")
        shop.turn()
        assert shop.states() == {"withheld overtaken": 1, "accepted": 2}
    else:
        shop.advance(days=7)
        assert shop.states() == {"withheld overtaken": 1, "accepted": 1}
    assert shop.where(someone) == "ended: end"
    shop.adds_up()


def test_what_a_plan_says_on_its_way_to_its_end_is_sent(shop):
    shop.add_people(1)
    shop.segment("everyone", shop.people)
    shop.dialogue(TWO.split("  second:", maxsplit=1)[0].replace("then: second", "then: end"))
    shop.turn()
    assert shop.states() == {"queued window": 1}
    shop.advance(days=7)
    assert shop.states() == {"accepted": 1}
    shop.adds_up()
