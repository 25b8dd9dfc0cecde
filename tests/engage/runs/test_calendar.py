"""What the calendar starts: dates, broadcasts, newsletters, and the days on which a dialogue runs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.models import Run
from duologue.engage.runs import actions, queries
from duologue.engage.runs.timetable import keep
from duologue.strategize.models import Dialogue
from tests.engage.runs.saying import SAYS, began, sent, starts, zone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.first
def test_a_birthday_is_wished_on_each_persons_clock_every_year(shop):
    here, tokyo, leap, other = shop.add_people(4)
    zone(shop, [tokyo], "Asia/Tokyo")
    shop.know("birthday", [here, tokyo], "1990-01-10")
    shop.know("birthday", [leap], "1992-02-29")
    shop.know("birthday", [other], "soon")
    row = starts(shop, '{date: person.birthday, every: year, at: "09:00"}')
    shop.advance(days=60)
    assert sent(shop) == [(tokyo, "01-10 00:00"), (here, "01-10 09:00"), (leap, "02-28 09:00")]
    assert shop.run(here).data["start"]["date"] == "1990-01-10"
    shop.advance(days=330)
    assert sent(shop)[3:] == [(tokyo, "01-10 00:00"), (here, "01-10 09:00")]
    assert queries.people_of(shop.workspace, row.pk)["ended"] == {"end": 3}
    shop.adds_up()


def test_the_newest_word_about_a_date_counts_and_only_within_the_audience(shop):
    changed, outside = shop.add_people(2)
    shop.segment("regulars", [changed])
    shop.know("contract_ends", [changed, outside], "2026-01-20")
    starts(shop, "{date: person.contract_ends, before: 3d}", "audience: regulars")
    shop.advance(days=1)
    shop.know("contract_ends", [changed], "2026-01-25")
    shop.advance(days=30)
    assert sent(shop) == [(changed, "01-22 10:00")]


def test_a_broadcast_goes_to_the_whole_audience_once_at_the_hour_of_each_clock(shop):
    here, tokyo, _ = shop.add_people(3)
    zone(shop, [tokyo], "Asia/Tokyo")
    shop.segment("regulars", [here, tokyo])
    starts(shop, '{at: "2026-01-07 10:00"}', "audience: regulars")
    shop.advance(days=20)
    assert sent(shop) == [(tokyo, "01-07 01:00"), (here, "01-07 10:00")]


def test_the_calendar_is_told(shop):
    shop.add_people(1)
    shop.segment("regulars", shop.people)
    row = starts(shop, '{every: FREQ=WEEKLY;BYDAY=TU, at: "10:00"}', "audience: regulars")
    shop.turn()
    assert queries.status(shop.workspace, row.pk)["calendar"] == {"next_at": datetime(2026, 1, 6, 10, tzinfo=UTC), "settled": {}}
    actions.pause(workspace=shop.workspace, name="says", because="a test", now=shop.now)
    assert queries.status(shop.workspace, row.pk)["calendar"]["next_at"] is None


def test_a_newsletter_comes_every_tuesday_on_the_workspaces_clock(shop):
    here, tokyo = shop.add_people(2)
    zone(shop, [tokyo], "Asia/Tokyo")
    shop.segment("regulars", [here, tokyo])
    starts(shop, '{every: FREQ=WEEKLY;BYDAY=TU, at: "10:00"}', "audience: regulars\nclock: workspace")
    shop.advance(days=15)
    assert sent(shop) == [(n, f"01-{day} 10:00") for day in ("06", "13", "20") for n in (here, tokyo)]
    shop.adds_up()


def test_cut_in_the_middle_a_broadcast_goes_on_where_it_was(shop, monkeypatch):
    shop.add_people(5)
    shop.segment("regulars", shop.people)
    starts(shop, '{at: "2026-01-07 10:00"}', "audience: regulars")
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", 2)
    at = datetime(2026, 1, 7, 10, tzinfo=UTC)
    assert [keep(shop.workspace, at) > 0 for _ in range(2)] == [True, True]
    assert began(shop) == shop.people[:2]
    shop.turn()
    shop.advance(days=3)
    assert began(shop) == shop.people
    assert [person for person, _ in sent(shop)] == shop.people


def test_what_was_missed_by_more_than_a_day_is_not_made_up_for(shop):
    shop.add_people(1)
    shop.segment("regulars", shop.people)
    starts(shop, '{every: FREQ=DAILY, at: "10:00"}', "audience: regulars")
    shop.advance(days=2, hours=12)
    actions.pause(workspace=shop.workspace, name="says", because="a test", now=shop.now)
    shop.advance(days=5)
    actions.resume(workspace=shop.workspace, name="says", now=shop.now)
    shop.advance(days=1)
    assert [at for _, at in sent(shop)] == ["01-06 10:00", "01-07 10:00", "01-13 00:00", "01-13 10:00"]


@pytest.mark.parametrize(("days", "late"), [(0.5, 5), (5, 2)])
def test_a_broadcast_paused_half_way_is_not_gone_on_with_when_it_is_old(shop, monkeypatch, days, late):
    shop.add_people(5)
    shop.segment("regulars", shop.people)
    starts(shop, '{at: "2026-01-07 10:00"}', "audience: regulars")
    shop.advance(days=1)
    monkeypatch.setattr("duologue.engage.runs.timetable.AT_ONCE", 2)
    at = datetime(2026, 1, 7, 10, tzinfo=UTC)
    keep(shop.workspace, at)
    assert len(began(shop)) == 2
    actions.pause(workspace=shop.workspace, name="says", because="a test", now=at)
    later = at + timedelta(days=days)
    actions.resume(workspace=shop.workspace, name="says", now=later)
    while keep(shop.workspace, later):
        pass
    assert len(began(shop)) == late


def test_another_version_has_its_days_worked_out_anew(shop):
    shop.add_people(1)
    shop.segment("regulars", shop.people)
    starts(shop, '{at: "2026-02-07 10:00"}', "audience: regulars")
    shop.advance(days=1)
    starts(shop, '{at: "2026-01-08 10:00"}', "audience: regulars", start=False)
    shop.advance(days=5)
    assert [at for _, at in sent(shop)] == ["01-08 10:00"]


def test_the_number_of_queries_of_a_day_does_not_grow_with_people(shop):
    def queries_for(count, fact):
        people = shop.add_people(count)
        shop.know(fact, people, "1990-01-06")
        row = Dialogue.within(shop.workspace)
        row.update(state="ended")
        shop.dialogue(SAYS.replace("dialogue: says", f"dialogue: {fact}").replace("STARTS", f"{{date: person.{fact}, every: year}}"))
        keep(shop.workspace, shop.now)
        with CaptureQueriesContext(
            connection,
        ) as found:
            keep(shop.workspace, datetime(2026, 1, 6, 10, tzinfo=UTC))
        assert Run.within(shop.workspace).filter(dialogue__name=fact).count() == count
        return len(found)

    assert queries_for(1, "first") == queries_for(40, "second")


def test_runs_begin_only_on_the_days_it_runs(shop):
    early, later = shop.add_people(2)
    shop.segment("everyone", [early])
    text = "dialogue: all\npurpose: promotions\naudience: everyone\nruns: {from: 2026-01-08, to: 2026-01-12}\n"
    row = shop.dialogue(text + "turns:\n  hello: {say: hello, listen: [{silence: 1d, then: end}]}\n")
    shop.turn()
    assert began(shop) == []
    shop.advance(days=3)
    assert sent(shop) == [(early, "01-08 00:00")]
    shop.know("everyone", [later], value=True)
    shop.turn()
    assert began(shop) == [early, later]
    shop.advance(days=20)
    (last,) = shop.add_people(1)
    shop.know("everyone", [last], value=True)
    shop.turn()
    assert began(shop) == [early, later]
    assert queries.people_of(shop.workspace, row.pk)["considered"] == 2
    shop.adds_up()
