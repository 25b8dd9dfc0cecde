"""Reports of dialogues whose months have left PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import connection

from duologue.cli import command
from duologue.engage.runs.habits import habits
from duologue.measure.buyers import actions as buyers
from duologue.measure.funnels import plain
from duologue.measure.reports.queries import report
from duologue.measure.value.queries import value
from duologue.people.models import Event, LeftMonth
from duologue.people.timeline import older
from duologue.platform.registry.ports import followers
from duologue.strategize.segments.history import LakeFollower
from tests.engage.runs.conftest import shop  # noqa: F401 the same small shop

PLAN = """
dialogue: invite
purpose: promotions
audience: everyone
holdout: 50%
goal: {event: Signed, within: 60d, value: revenue, then: stay}
turns:
  first: {say: hello, listen: [{clicked: any, then: second}, {silence: 20d, then: end}]}
  second: {say: again, listen: [{silence: 20d, then: end}]}
"""


@pytest.fixture
def long_ago(shop):  # noqa: F811
    people = shop.add_people(12)
    shop.segment("everyone", people)
    shop.dialogue(PLAN)
    shop.turn()
    shop.advance(days=1)
    sent = [one for one in people if Event.within(shop.workspace).filter(profile_id=one, name="Message Sent").exists()]
    assert 0 < len(sent) < 12
    for one in sent[:2]:
        shop.click(one, "first")
    shop.advance(days=2)
    for number, one in enumerate(people[:8]):
        shop.happen("Signed", [one], {"revenue": number + 1})
        shop.happen("Order Completed", [one], {"revenue": number, "order_id": f"o{number}"})
    shop.happen("Signed", [people[0]], {"revenue": 50}, at=shop.now - timedelta(days=30))  # before anybody was considered
    shop.advance(days=480)
    for one in (LakeFollower(events=0, seconds=0, rest=0), *followers()):
        while one.follow(workspace=shop.workspace, now=shop.now):
            pass
    return shop


def counted(room, now, people):
    cohorts = buyers.count(workspace=room, now=now).data
    told = habits(room, people)
    return report(room, "invite", now), value(room, now), cohorts, {one: (sorted(told[one].at), told[one].by) for one in told}


def test_a_report_misses_nothing_that_leaves_while_it_is_counted(long_ago, monkeypatch):
    room, now = long_ago.workspace, long_ago.now
    before = report(room, "invite", now)["conversions"]
    assert before["number"] > 0
    look, released = older.left, []

    def look_and_release(*asked):
        found = look(*asked)
        if not released:
            released.append(None)  # the command asks, too
            released[0] = command.run(["lake", "release", "--before", "2026-03", "--yes"])
        return found

    monkeypatch.setattr(plain.older, "left", look_and_release)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measure_reportsnapshot")
    assert report(room, "invite", now)["conversions"] == before
    assert released == [0]


def test_reports_are_the_same_when_what_they_count_has_left(long_ago):
    room, people, now = long_ago.workspace, long_ago.people, long_ago.now
    before = counted(room, now, people)
    assert before[0]["conversions"]["number"] > 0
    assert before[0]["lift"]["low"] is not None
    assert before[3]
    assert command.run(["lake", "release", "--before", "2026-03", "--yes"]) == 0
    names = set(Event.within(room).filter(occurred_at__lt="2026-02-01T00:00Z").values_list("name", flat=True))
    assert names == {"Fact Changed", "Link Clicked", "Order Completed"}
    assert list(LeftMonth.within(room).order_by("month").values_list("month", flat=True)) == ["2025-12", "2026-01"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measure_reportsnapshot")
    assert counted(room, now, people) == before
