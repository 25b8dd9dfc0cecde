"""Followers that read together: the events once, each from its own cursor on, all or nothing."""

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from duologue.cli.worker import following
from duologue.cli.worker.once import turn_the_wheel
from duologue.people.models import Profile
from duologue.people.timeline import readers
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.readers import Reader, read_together
from duologue.platform.registry import ports
from duologue.platform.registry.models import Cursor
from duologue.platform.workspaces.queries import now as now_in

pytestmark = pytest.mark.django_db(transaction=True)


class Listener(Reader):
    """Keeps what it was given."""

    def __init__(self, name, only=None):
        self.name, self.only, self.heard = name, only, []

    def read(self, *, workspace, reading, now):
        self.heard += [event.name for event in reading.events]


class Broken(Listener):
    """Writes something down, and fails."""

    def read(self, *, workspace, reading, now):
        Cursor(workspace=workspace, follower="left behind").save()
        raise ValueError("broken")


@pytest.fixture
def now(workspace):
    return now_in(workspace)


@pytest.fixture
def tell(workspace, now):
    profile = Profile(workspace=workspace, person=1, shard=0, created_at=now, seen_at=now)
    profile.save()

    def write_down(*names):
        with transaction.atomic():
            write(workspace=workspace, events=[NewEvent(profile.pk, now, name) for name in names], now=now)

    return write_down


def until(workspace):
    return dict(Cursor.within(workspace).values_list("follower", "batch_no"))


def test_each_hears_once_what_comes_after_its_own_cursor(workspace, now, tell):
    early, late, choosy = Listener("early"), Listener("late"), Listener("choosy", only=["Seen"])
    tell("Bought")
    assert [one.follow(workspace=workspace, now=now) for one in (early, choosy)] == [1, 1]
    Cursor(workspace=workspace, follower="late").save()
    tell("Seen", "Bought")
    assert read_together(workspace, [early, late, choosy], now) == 3
    assert (early.heard, late.heard, choosy.heard) == (["Bought", "Seen", "Bought"], ["Bought", "Seen", "Bought"], ["Seen"])
    assert until(workspace) == {"early": 2, "late": 2, "choosy": 2}
    assert read_together(workspace, [early, late, choosy], now) == 0


def test_events_are_read_once_for_all(workspace, now, tell):
    listeners = [Listener(name) for name in "abcde"]
    Cursor.within(workspace).bulk_create([Cursor(workspace=workspace, follower=one.name) for one in listeners])
    tell("Seen")
    with CaptureQueriesContext(connection) as asked:
        read_together(workspace, listeners, now)
    assert sum("people_event" in query["sql"] for query in asked) == 1


def test_one_that_fails_undoes_all_and_each_then_goes_alone(workspace, now, tell, monkeypatch):
    sound, broken = Listener("sound"), Broken("broken")
    monkeypatch.setattr(ports, "followers", lambda: [sound, broken])
    Cursor.within(workspace).bulk_create([Cursor(workspace=workspace, follower=one.name) for one in (sound, broken)])
    tell("Seen")
    pieces = dict(following.Following().work())
    assert pieces[following.TOGETHER](workspace, now) == 0
    assert until(workspace) == {"sound": 0, "broken": 0}
    assert pieces["follower sound"](workspace, now) == 1
    with pytest.raises(ValueError, match="broken"):
        pieces["follower broken"](workspace, now)
    assert until(workspace) == {"sound": 1, "broken": 0}


def test_many_events_are_left_to_each_alone(workspace, now, tell, monkeypatch):
    monkeypatch.setattr(readers, "FEW", 2)
    listener = Listener("one")
    Cursor(workspace=workspace, follower="one").save()
    tell("Seen", "Seen", "Seen")
    assert read_together(workspace, [listener], now) is None
    assert listener.heard == []
    assert listener.follow(workspace=workspace, now=now) == 3


def test_a_cursor_that_another_process_holds_is_left_to_it(workspace, now, tell):
    listener = Listener("one")
    Cursor(workspace=workspace, follower="one").save()
    tell("Seen")
    into = connection.settings_dict
    with psycopg.connect(dbname=into["NAME"], user=into["USER"], host=into["HOST"], port=into["PORT"] or 5432) as other:
        other.execute("SELECT FROM platform_cursor FOR UPDATE")
        assert read_together(workspace, [listener], now) is None
    assert read_together(workspace, [listener], now) == 1


def test_whoever_read_together_is_not_asked_again_in_the_same_pass(workspace, now, tell):
    turn_the_wheel(workspace, now)
    tell("Seen")
    turn_the_wheel(workspace, now)
    tell("Seen")
    with CaptureQueriesContext(connection) as asked:
        turn_the_wheel(workspace, now)
    moved = [query["sql"] for query in asked if query["sql"].startswith(("UPDATE platform_cursor", "INSERT INTO platform_cursor"))]
    assert len(moved) == 2  # of those together, and of the runs
