from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from segment_builders import NOW, days, happened, people

from duologue.environment import folder_or_address
from duologue.people.models import Erasure
from duologue.people.timeline import queries
from duologue.platform.database import locks
from duologue.platform.lake import actions as lake
from duologue.platform.lake import queries as lake_queries
from duologue.platform.lake.tables import opened
from duologue.strategize.segments import history

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lake_folder(tmp_path, settings):
    settings.LAKE_URL = str(tmp_path)
    return tmp_path


def everything(workspace):
    duck = history.connection(workspace)
    return duck.execute("SELECT profile_id, name, month FROM events ORDER BY id").fetchall()


def follow(workspace):
    return history.LakeFollower(events=1).follow(workspace=workspace, now=NOW)


def test_the_lake_and_its_tail_hold_each_event_once(workspace, lake_folder):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {"revenue": 1}, days(40)), (two, "B", {}, days(1))])
    assert everything(workspace) == [(one, "A", "2025-11"), (two, "B", "2026-01")]
    assert follow(workspace) == 2
    happened(workspace, [(two, "C", {}, days(0))])
    expected = [(one, "A", "2025-11"), (two, "B", "2026-01"), (two, "C", "2026-01")]
    assert everything(workspace) == expected
    assert follow(workspace) == 1
    assert everything(workspace) == expected
    assert follow(workspace) == 0
    assert lake_queries.snapshot(workspace).batch_no == 2


def test_an_append_whose_cursor_was_lost_is_not_repeated(workspace, lake_folder):
    (one,) = people(workspace, 1)
    happened(workspace, [(one, "A", {}, days(1))])
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - it is the end of the block that fails
        follow(workspace)
        raise RuntimeError
    happened(workspace, [(one, "B", {}, days(1))])
    assert follow(workspace) == 2
    assert [name for _, name, _ in everything(workspace)] == ["A", "B"]


def test_a_writer_that_was_overtaken_appends_nothing(workspace, lake_folder):
    (one,) = people(workspace, 1)
    happened(workspace, [(one, "A", {}, days(1))])
    reading = queries.unread(workspace, "test", most=10)

    class LookedAt(list):
        """When these events are looked at, another writer has begun: the lock went with a database that died."""

        def __iter__(self):
            follow(workspace)
            return super().__iter__()

    with pytest.raises(lake.Overtaken):
        lake.append(workspace=workspace, events=LookedAt(reading.events), batch_no=reading.batch_no)
    assert [name for _, name, _ in everything(workspace)] == ["A"]


def test_it_waits_for_enough_events_or_time(workspace, lake_folder):
    (one,) = people(workspace, 1)
    happened(workspace, [(one, "A", {}, days(1))])
    follower = history.LakeFollower(events=3, seconds=3600, rest=0)
    assert follower.follow(workspace=workspace, now=NOW) == 0
    happened(workspace, [(one, "B", {}, days(1)), (one, "C", {}, days(1))])
    assert follower.follow(workspace=workspace, now=NOW) == 3


def test_all_that_waited_when_it_was_time_enters_at_once_and_what_comes_after_waits_again(workspace, lake_folder, monkeypatch):
    monkeypatch.setattr(history, "AT_ONCE", 2)
    (one,) = people(workspace, 1)
    for _ in range(3):
        happened(workspace, [(one, "A", {}, days(1)), (one, "B", {}, days(1))])
    follower = history.LakeFollower(events=6, seconds=3600, rest=0)
    assert follower.follow(workspace=workspace, now=NOW) == 2
    happened(workspace, [(one, "C", {}, days(1))])
    assert [follower.follow(workspace=workspace, now=NOW) for _ in range(3)] == [2, 2, 0]
    assert queries.all_read_until(workspace, history.NAME) is False


def test_what_is_left_of_many_does_not_rest_between(workspace, lake_folder, monkeypatch):
    monkeypatch.setattr(history, "AT_ONCE", 1)
    (one,) = people(workspace, 1)
    for name in "ABC":
        happened(workspace, [(one, name, {}, days(1))])
    follower = history.LakeFollower(events=3, seconds=3600, rest=3600)
    assert [follower.follow(workspace=workspace, now=NOW) for _ in range(4)] == [1, 1, 1, 0]


def test_only_one_writes(workspace, lake_folder):
    (one,) = people(workspace, 1)
    happened(workspace, [(one, "A", {}, days(1))])
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", (locks.LAKE, workspace.pk))
            assert follow(workspace) == 0
            cursor.execute("ROLLBACK")
        assert follow(workspace) == 1
    finally:
        other.close()


def test_erased_people_are_in_no_byte_of_any_file(workspace, lake_folder):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {"taste": "very-rare-tea", "email": "ada@shop.example", "note": "ask ada@shop.example"}, days(1))])
    happened(workspace, [(two, "A", {"taste": "coffee"}, days(1))])
    follow(workspace)
    happened(workspace, [(one, "B", {"taste": "very-rare-tea"}, days(0))])
    follow(workspace)
    assert _somewhere(lake_folder, b"ada@shop.example") == []
    assert "very-rare-tea" in "".join(_contents(lake_folder))
    with transaction.atomic():
        assert history.LakeHolder().erase(workspace=workspace, profiles=[one], now=NOW) == 2
        Erasure(workspace=workspace, person=one, profiles=[one], asked_at=NOW).save()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM people_event WHERE workspace_id = %s AND profile_id = %s", (workspace.pk, one))
    assert history.clean_lake(workspace, NOW) == 1
    assert history.clean_lake(workspace, NOW) == 0
    assert Erasure.within(workspace).get().lake_clean_at == NOW
    assert everything(workspace) == [(two, "A", "2026-01")]
    assert "very-rare-tea" not in "".join(_contents(lake_folder))
    live = {Path(uri) for uri in opened(workspace).file_uris()}
    assert {path for path in lake_folder.rglob("*.parquet") if "_delta_log" not in path.parts} == live
    assert lake_queries.snapshot(workspace).batch_no == 3
    happened(workspace, [(two, "C", {}, days(0))])
    assert follow(workspace) == 1
    assert [name for _, name, _ in everything(workspace)] == ["A", "C"]


def _somewhere(folder, words):
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


def _contents(folder):
    """What every file says, compressed ones unpacked."""
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            yield str(pq.read_table(path, partitioning=None).to_pylist())
        elif path.is_file():
            yield path.read_text(errors="replace")


@pytest.mark.parametrize("scheme", ["file://", ""])
def test_the_lake_may_lie_elsewhere_by_its_address(workspace, tmp_path, settings, monkeypatch, scheme):
    monkeypatch.setenv("LAKE_URL", f"{scheme}{tmp_path}/ada's place/else")
    settings.LAKE_URL = folder_or_address("LAKE_URL")
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {"revenue": 1}, days(40)), (two, "B", {}, days(1))])
    assert follow(workspace) == 2
    assert everything(workspace) == [(one, "A", "2025-11"), (two, "B", "2026-01")]
    assert [path.name for path in (tmp_path / "ada's place/else" / str(workspace.pk)).iterdir()] == ["events"]
    with transaction.atomic():
        Erasure(workspace=workspace, person=one, profiles=[one], asked_at=NOW).save()
    assert history.clean_lake(workspace, NOW) == 1
    assert everything(workspace) == [(two, "B", "2026-01")]


def test_many_small_files_are_put_together_and_hold_the_same(workspace, lake_folder, monkeypatch):
    monkeypatch.setattr(lake, "FILES_BEFORE_TIDYING", 5)
    persons = people(workspace, 3)
    for number in range(6):
        happened(workspace, [(persons[number % 3], f"E{number}", {}, days(0))])
        follow(workspace)
    before = everything(workspace)
    files = len(opened(workspace).file_uris())
    assert (len(before), files < 5) == (6, True)
    assert lake_queries.snapshot(workspace).batch_no == 6
    happened(workspace, [(persons[0], "E6", {}, days(0))])
    follow(workspace)
    assert everything(workspace)[:6] == before
    assert len(everything(workspace)) == 7
