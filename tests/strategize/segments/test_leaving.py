"""Months that leave PostgreSQL: whoever reads events finds the same as before."""

import json
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, transaction
from segment_builders import NOW, days, follow, happened, people

from duologue.cli import command
from duologue.engage.endpoints import actions as endpoints
from duologue.engage.endpoints.queries import waiting_for
from duologue.engage.endpoints.rules import message_id
from duologue.engage.runs.knowledge import _did
from duologue.kit.pipeline import Refused
from duologue.people.models import Erasure, LeftMonth
from duologue.people.privacy.actions import erase
from duologue.people.privacy.queries import everything_about
from duologue.people.timeline import leaving, older
from duologue.people.timeline.persons import latest
from duologue.platform.audit.models import AuditEntry
from duologue.platform.lake import actions as lake
from duologue.platform.lake import queries
from duologue.platform.registry.ports import followers
from duologue.strategize.segments import actions as segments
from duologue.strategize.segments import history
from duologue.strategize.segments.comparing import compare
from duologue.strategize.segments.queries import members, segment
from duologue.web.people import reads

pytestmark = pytest.mark.django_db(transaction=True)

MARCH, APRIL = days(660), days(630)  # of 2024
RULES = {
    "often": "{did: {event: Viewed, where: {colour: red}, times: {at_least: 2}}}",
    "ordered": "{did: {event: Order Completed}}",
    "by-address": "{did: {event: Viewed, where: {email: ada@shop.example}}}",
}


def read_all(workspace):
    history.LakeFollower(events=1, rest=0).follow(workspace=workspace, now=NOW)
    for follower in followers():
        while follower.follow(workspace=workspace, now=NOW):
            pass


def release(workspace, *, staying=(), read_until=2**40):
    months = [one.month for one in leaving.may_leave(workspace, before=leaving.newest_to_leave(NOW), staying=staying)]
    return {
        month: leaving.let_leave(workspace=workspace, month=month, staying=staying, heard=lambda: leaving.Heard(read_until), now=NOW)
        for month in months
    }


def in_postgresql(workspace):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM people_event WHERE workspace_id = %s ORDER BY id", (workspace.pk,))
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def old(workspace):
    """Two people with a past: what they viewed leaves, orders and what names an address stay."""
    one, two = people(workspace, 2)
    red, blue = {"colour": "red", "size": None, "price": 1.5, "parts": [1, None, "a"]}, {"colour": "blue"}
    happened(workspace, [(one, "Viewed", red, MARCH), (one, "Order Completed", {"revenue": 5}, MARCH), (two, "Viewed", red, MARCH)])
    happened(
        workspace, [(one, "Viewed", {"email": "ada@shop.example"}, APRIL), (two, "Viewed", blue, APRIL), (one, "Viewed", red, days(3))]
    )
    read_all(workspace)
    return one, two


LEFT = {"2024-03": 2, "2024-04": 1}


def test_what_the_lake_holds_leaves_and_what_is_needed_here_stays(workspace, old):
    months = leaving.may_leave(workspace, before="2024-12", staying=())
    assert months == [leaving.Month("2024-03", 3, 2), leaving.Month("2024-04", 2, 1)]
    assert release(workspace) == LEFT
    assert in_postgresql(workspace) == ["Order Completed", "Viewed", "Viewed"]
    noted = list(LeftMonth.within(workspace).order_by("month").values_list("month", "events", "batch_no"))
    assert noted == [("2024-03", 2, 2), ("2024-04", 1, 2)]
    assert release(workspace) == {"2024-03": 0, "2024-04": 0}
    assert [(one.month, one.timeline, one.lake, one.left, one.equal) for one in compare(workspace)] == [
        ("2024-03", 1, 3, 2, True),
        ("2024-04", 1, 2, 1, True),
        ("2026-01", 1, 1, 0, True),
    ]


def test_the_last_thirteen_months_stay(workspace, old):
    assert leaving.newest_to_leave(NOW) == "2024-12"
    with pytest.raises(ValueError, match="not old enough"):
        leaving.let_leave(workspace=workspace, month="2024-12", staying=(), heard=lambda: leaving.Heard(9), now=NOW)


def test_what_the_lake_does_not_hold_in_every_column_stays(workspace, old):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_event SET source = 'other' WHERE name = 'Viewed' AND profile_id = %s", (old[0],))
    assert release(workspace) == {"2024-03": 1, "2024-04": 1}


def test_a_lake_elsewhere_lets_nothing_leave(workspace, old, monkeypatch):
    held = queries.snapshot(workspace)
    far = queries.Snapshot(held.batch_no, tuple(f"s3://bucket{file}" for file in held.files))
    monkeypatch.setattr(queries, "snapshot", lambda _workspace: far)
    with pytest.raises(leaving.Elsewhere, match="The lake is at s3://bucket"):
        leaving.let_leave(workspace=workspace, month="2024-03", staying=(), heard=lambda: leaving.Heard(9), now=NOW)
    assert len(in_postgresql(workspace)) == 6


def test_what_not_everybody_has_read_or_is_to_be_sent_again_stays(workspace, old):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_event WHERE profile_id = %s AND name = 'Viewed' ORDER BY id LIMIT 1", (old[1],))
        untold = cursor.fetchone()[0]
    assert release(workspace, read_until=0) == {"2024-03": 0, "2024-04": 0}
    gone = leaving.let_leave(workspace=workspace, month="2024-03", staying=(), heard=lambda: leaving.Heard(9, [untold]), now=NOW)
    assert gone == 1


def test_a_person_is_shown_and_exported_as_before(workspace, old):
    def seen():
        pages = [reads.events(workspace, [person], None) for person in old]
        for page, _ in pages:
            for event in page:
                event["properties"] = json.loads(event["properties"])
        return pages, [[event.id for event in latest(workspace, [person], names=["Viewed"])] for person in old]

    def taken():
        return [json.dumps(everything_about(workspace, person), default=str, sort_keys=True) for person in old]

    before = seen(), taken()
    release(workspace)
    assert (seen(), taken()) == before


def test_a_timeline_is_read_on_page_by_page(workspace, old, monkeypatch):
    one, _ = old
    monkeypatch.setattr(reads, "EVENTS", 1)

    def pages():
        at, found = None, []
        while True:
            (event,), following = reads.events(workspace, [one], at)
            found.append((event["at"], event["name"], json.loads(event["properties"])))
            if not following:
                return found
            moment, _, number = following.rpartition("_")
            at = (datetime.fromisoformat(moment), int(number))

    before = pages()
    assert len(before) == 4
    release(workspace)
    assert pages() == before


@pytest.fixture
def kept(workspace, old):
    for name, rule in RULES.items():
        one = segments.save_segment(workspace=workspace, name=name, source_yaml=f"where: {rule}", now=NOW)
        segments.sweep(workspace=workspace, segment=one, now=NOW)
    return {name: members(workspace, name) for name in RULES}


def test_segments_pick_the_same_people_by_either_way(workspace, old, kept):
    one, two = old
    assert kept == {"often": [one], "ordered": [one], "by-address": [one]}
    release(workspace)
    happened(workspace, [(two, "Viewed", {"colour": "red"}, days(0)), (one, "Viewed", {}, days(0))])
    follow(workspace)
    picked = {"often": [one, two], "ordered": [one], "by-address": [one]}
    assert {name: members(workspace, name) for name in RULES} == picked
    for name in RULES:
        assert segments.sweep(workspace=workspace, segment=segment(workspace, name), now=NOW) == 0
    assert {name: members(workspace, name) for name in RULES} == picked


def test_conditions_inside_dialogues_know_what_left(workspace, old):
    before = _did(workspace, list(old), ["Viewed", "Order Completed"])
    release(workspace)
    assert _did(workspace, list(old), ["Viewed", "Order Completed"]) == before


def test_what_comes_late_is_met_once(workspace, old, kept):
    one, two = old
    release(workspace)
    happened(workspace, [(two, "Viewed", {"colour": "red"}, MARCH)])
    follow(workspace)
    assert members(workspace, "often") == [one, two]
    read_all(workspace)
    assert [event.name for event in latest(workspace, [two])] == ["Segment Joined", "Viewed", "Viewed", "Viewed"]
    assert next((month.lake, month.left, month.equal) for month in compare(workspace)) == (4, 2, True)
    assert release(workspace) == {"2024-03": 1, "2024-04": 0}
    assert [event.name for event in latest(workspace, [two])] == ["Segment Joined", "Viewed", "Viewed", "Viewed"]


def test_who_is_erased_is_gone_at_once(workspace, old):
    one, two = old
    release(workspace)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_event WHERE workspace_id = %s AND profile_id = %s", (workspace.pk, one))
        Erasure(workspace=workspace, person=one, profiles=[one], asked_at=NOW).save()
    assert latest(workspace, [one]) == []
    assert _did(workspace, [one], ["Viewed"]) == {}
    assert history.clean_lake(workspace, NOW) == 1
    assert latest(workspace, [one]) == []
    assert len(latest(workspace, [two])) == 2


def test_who_is_erased_is_picked_by_no_rule_that_reads_both(workspace, old):
    one, two = old
    release(workspace)
    rule = f"{{any: [{RULES['by-address']}, {{did: {{event: Viewed, where: {{colour: [red, blue]}}}}}}]}}"
    for name in ("before", "after"):
        both = segments.save_segment(workspace=workspace, name=name, source_yaml=f"where: {rule}", now=NOW)
        segments.sweep(workspace=workspace, segment=both, now=NOW)
        if name == "before":
            assert members(workspace, name) == [one, two]
            erase(workspace=workspace, person=two, now=NOW)
    assert (members(workspace, "before"), members(workspace, "after")) == ([one], [one])


def test_retention_reaches_what_left(workspace, old):
    release(workspace)
    with transaction.atomic():
        lake.wait_for_lock(workspace)
        lake.remove_older(workspace=workspace, names=["Viewed"], all_but=False, before=datetime(2024, 4, 1, tzinfo=UTC))
    assert [event.name for event in latest(workspace, [old[0]])] == ["Viewed", "Viewed", "Order Completed"]


def test_only_what_has_left_is_looked_up_in_the_lake(workspace, old):
    release(workspace, staying=["Looked"])
    assert older.left(workspace) == ["2024-03", "2024-04"]
    assert older.left(workspace, ["Order Completed", "Looked"]) == []
    assert older.left(workspace, ["Viewed"], datetime(2024, 4, 2, tzinfo=UTC)) == ["2024-04"]
    release(workspace)
    happened(workspace, [(old[0], "Looked", {}, MARCH)])
    read_all(workspace)
    release(workspace)
    assert older.left(workspace, ["Looked"]) == ["2024-03"]


def test_what_left_is_told_to_no_endpoint_again(workspace, old):
    endpoints.add_endpoint(workspace=workspace, name="crm", url="https://crm.example/in", events=["*"], is_test=True, now=NOW)
    endpoints.add_endpoint(
        workspace=workspace, name="till", url="https://till.example/in", events=["Order Completed"], is_test=True, now=NOW
    )
    release(workspace)
    with pytest.raises(Refused, match="Events of 2024-03, 2024-04 written since have left"):
        endpoints.tell_again(workspace=workspace, name="crm", since=NOW, now=NOW)
    endpoints.tell_again(workspace=workspace, name="till", since=NOW, now=NOW)


def test_who_asks_for_an_event_that_left_hears_of_which_month_it_is(workspace, old):
    endpoints.add_endpoint(workspace=workspace, name="crm", url="https://crm.example/in", events=["*"], is_test=True, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT write_id, id, name, occurred_at FROM people_event WHERE name = 'Viewed' ORDER BY id LIMIT 1")
        viewed = message_id(*cursor.fetchone())
    with pytest.raises(Refused, match="There is no event 'evt_"):
        endpoints.tell_again(workspace=workspace, name="crm", message=message_id(2**40, 1, "Viewed", NOW), now=NOW)
    release(workspace)
    with pytest.raises(Refused, match=f"What was written with '{viewed}' is of 2024-03. Of that, events have left PostgreSQL"):
        endpoints.tell_again(workspace=workspace, name="crm", message=viewed, now=NOW)


def test_what_an_endpoint_is_set_back_to_meanwhile_stays(workspace, old, monkeypatch):
    endpoints.add_endpoint(workspace=workspace, name="crm", url="https://crm.example/in", events=["*"], is_test=True, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT write_id, id, name, occurred_at FROM people_event_2024_04 ORDER BY id")
        first_of_april = message_id(*cursor.fetchone())
    let_leave = leaving.let_leave

    def set_back_after_march(**said):
        gone = let_leave(**said)
        if said["month"] == "2024-03":
            endpoints.tell_again(workspace=workspace, name="crm", message=first_of_april, now=NOW)
        return gone

    monkeypatch.setattr(leaving, "let_leave", set_back_after_march)
    assert command.run(["lake", "release", "--before", "2024-12", "--yes"]) == 0
    assert list(LeftMonth.within(workspace).values_list("month", flat=True)) == ["2024-03"]


def test_no_endpoint_is_set_back_while_a_month_leaves(workspace, old):
    endpoints.add_endpoint(workspace=workspace, name="crm", url="https://crm.example/in", events=["*"], is_test=True, now=NOW)
    other = connection.copy()

    def heard():
        until, untold = waiting_for(workspace)
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                cursor.execute("UPDATE engage_endpoint SET batch_no = 0")
        return leaving.Heard(until, untold)

    try:
        assert leaving.let_leave(workspace=workspace, month="2024-03", staying=(), heard=heard, now=NOW) == 2
    finally:
        other.close()


def test_room_is_given_back_to_the_disk_when_told(workspace, old, capsys):
    assert command.run(["lake", "release", "--before", "2024-05", "--give-back"]) == 2
    assert "--give-back goes with --yes" in capsys.readouterr().err
    before = file_of_march()
    assert command.run(["lake", "release", "--before", "2024-05", "--yes"]) == 0
    assert file_of_march() == before
    assert command.run(["lake", "release", "--before", "2024-05", "--yes", "--give-back"]) == 0
    assert file_of_march() != before
    assert in_postgresql(workspace) == ["Order Completed", "Viewed", "Viewed"]


def file_of_march():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode('people_event_2024_03')")
        return cursor.fetchone()[0]


def test_a_month_is_read_while_its_room_is_made_but_not_while_it_is_given_back(workspace, old, monkeypatch):
    monkeypatch.setattr(leaving, "PATIENCE", "100ms")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM people_event_2024_03")
            assert leaving.make_room("2024-03")
            assert not leaving.make_room("2024-03", give_back=True)
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert leaving.make_room("2024-03", give_back=True)


def test_the_command_shows_first_and_does_it_when_told(workspace, old, kept, capsys):
    assert command.run(["lake", "release", "--before", "2024-12"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == ["month\tin PostgreSQL\tmay leave"]
    assert "look so far back at Order Completed, Viewed; these events stay." in told.err


def test_the_command_lets_it_leave(workspace, old, capsys):
    endpoints.add_endpoint(workspace=workspace, name="crm", url="https://crm.example/in", events=["*"], is_test=True, now=NOW)
    assert command.run(["lake", "release", "--before", "2024-04"]) == 0
    assert capsys.readouterr().out.splitlines() == ["month\tin PostgreSQL\tmay leave", "2024-03\t3\t2"]
    assert len(in_postgresql(workspace)) == 6
    assert command.run(["lake", "release", "--before", "2024-04", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == ["month\tin PostgreSQL\tleft", "2024-03\t3\t2"]
    assert len(in_postgresql(workspace)) == 4
    assert AuditEntry.objects.filter(action="release from PostgreSQL").values_list("subject", "detail").get() == ("2024-03", {"events": 2})
    assert command.run(["lake", "check"]) == 0


def test_the_command_refuses_what_is_too_new_or_differs(workspace, old, capsys):
    assert command.run(["lake", "release", "--before", "2025-01"]) == 2
    assert "2024-12 is the latest month" in capsys.readouterr().err
    assert command.run(["lake", "release", "--before", "2024-13"]) == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_event SET name = 'Seen' WHERE name = 'Viewed' AND profile_id = %s", (old[1],))
    assert command.run(["lake", "release", "--before", "2024-04", "--yes"]) == 1
    assert "The lake does not hold what the timeline holds in 2024-03, so nothing leaves." in capsys.readouterr().err
    assert len(in_postgresql(workspace)) == 6
