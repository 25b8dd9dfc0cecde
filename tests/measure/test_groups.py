from threading import Thread

import pytest
from django.db import connection, transaction

from duologue.measure.reports.groups import by
from duologue.measure.reports.queries import report
from duologue.people.models import Profile
from duologue.strategize.campaigns.actions import save_campaign
from duologue.strategize.campaigns.rules import read_campaign
from duologue.strategize.models import Dialogue, DialogueVersion
from tests.measure.test_reports import DAY, NOW, happened, person, said


def live(workspace, name, serves, **goal):
    dialogue = Dialogue(workspace=workspace, name=name, draft="", state="live", current=1)
    dialogue.save()
    plan = {"serves": serves, "goal": {"event": "Order Completed", "within": "30d", "value": "revenue", **goal}}
    DialogueVersion(workspace=workspace, dialogue=dialogue, number=1, source="", plan=plan, pins={}, published_at=NOW).save()
    return dialogue, DialogueVersion.within(workspace).get(dialogue=dialogue)


def order_that_falls_to_two(workspace):
    """One person in two dialogues of a campaign, and an order that both of their reports count; only `a` had said something by then."""
    profiles = []
    for name, said_on, goal in (("a", 1, {}), ("b", 3, {"where": {"revenue": {"over": 25}}})):
        dialogue, version = live(workspace, name, {"campaign": "spring", "persona": name}, **goal)
        profiles.append(person(workspace, dialogue, version=version))
        said(workspace, dialogue, profiles[-1], "invite", "accepted", said_on)
    buyer, again = profiles
    Profile.within(workspace).filter(pk=again.pk).update(person=buyer.pk)
    happened(workspace, buyer, "Order Completed", 2, order_id="1", revenue=30)
    return profiles, [report(workspace, name, NOW + 9 * DAY)["conversions"]["number"] for name in ("a", "b")]


def test_an_order_counts_once_in_a_group_for_the_dialogue_that_spoke_last(workspace):
    (buyer, again), alone = order_that_falls_to_two(workspace)
    spring = by(workspace, "campaign")["groups"]["spring"]
    assert (alone, spring["conversions"], spring["revenue"]) == ([1, 1], {"number": 1, "people": 1}, 3000)
    assert (spring["funnel"]["considered"], spring["funnel"]["converted"]) == (2, 1)

    happened(workspace, buyer, "Order Completed", 2.5, order_id="2", revenue=20)  # too little for b
    happened(workspace, again, "Order Completed", 4, order_id="3", revenue=40)
    happened(workspace, buyer, "Order Refunded", 5, order_id="2", total=5)  # falls to b too, but takes from an order of a
    for name in ("a", "b"):
        report(workspace, name, NOW + 10 * DAY)
    spring = by(workspace, "campaign")["groups"]["spring"]
    assert (spring["conversions"], spring["revenue"], spring["refunds"]) == ({"number": 3, "people": 2}, 8500, 500)
    assert spring["credited"] == {"a": {"conversions": 2, "revenue": 4500}, "b": {"conversions": 1, "revenue": 4000}}
    apart = by(workspace, "persona")["groups"]
    assert {name: (one["conversions"]["number"], one["revenue"]) for name, one in apart.items()} == {"a": (3, 8500), "b": (2, 6500)}


def test_dialogues_that_serve_the_same_are_summed(workspace):
    serves = {"a": {"persona": "giver", "stage": "quiet"}, "b": {"persona": "giver", "campaign": "spring"}, "c": {}}
    for name, says in serves.items():
        dialogue, version = live(workspace, name, says)
        happened(workspace, person(workspace, dialogue, version=version), "Order Completed", 1, order_id=name, revenue=10)
        report(workspace, name, NOW)
    save_campaign(workspace=workspace, campaign=read_campaign("campaign: spring\nbudget: 100 GBP\n"), now=NOW)
    save_campaign(workspace=workspace, campaign=read_campaign("campaign: autumn\n"), now=NOW)

    personas = by(workspace, "persona")["groups"]
    assert list(personas) == ["giver", ""]
    assert personas["giver"]["dialogues"] == ["a", "b"]
    assert personas["giver"]["funnel"] == {"considered": 2, "began": 2, "reached": 0, "responded": 0, "converted": 2}
    assert (personas["giver"]["revenue"], personas[""]["revenue"]) == (2000, 1000)
    campaigns = by(workspace, "campaign")["groups"]
    assert {name: (one["dialogues"], one.get("budget")) for name, one in campaigns.items()} == {
        "spring": (["b"], 10000),
        "autumn": ([], None),
        "": (["a", "c"], None),
    }
    with pytest.raises(ValueError, match="not by 'weather'"):
        by(workspace, "weather")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_count_at_once_the_last_to_write_has_seen_both(workspace):
    (buyer, _), _ = order_that_falls_to_two(workspace)
    happened(workspace, buyer, "Order Completed", 4, order_id="2", revenue=40)
    later = NOW + 10 * DAY

    def count_the_other():
        report(workspace, "a", later)
        connection.close()

    other = Thread(target=count_the_other)
    with transaction.atomic(), connection.cursor() as cursor:
        report(workspace, "b", later)
        other.start()
        waiting = 0
        while other.is_alive() and not waiting:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.datname = current_database() AND d.oid = coalesce(l.database, d.oid)"
                " WHERE NOT l.granted"
            )
            waiting = cursor.fetchone()[0]
    other.join()
    revenue = {name: one["revenue"] for name, one in by(workspace, "persona")["groups"].items()}  # the kind that is counted first
    assert (waiting > 0, revenue) == (True, {"a": 7000, "b": 7000})
