"""Clicks kept on disk are told once each, whoever else reads, writes or dies meanwhile."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from duologue.engage.conversations import clicks, spool
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.models import Delivery
from duologue.people.models import Event
from duologue.people.profiles.actions import add
from duologue.platform.database.folder import DataFolder
from duologue.platform.database.transactions import came_about, number_of_this

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.DATA = DataFolder(tmp_path)
    return spool.folder()


@pytest.fixture
def kept(transactional_db, workspace):
    """Two clicks that were kept on disk."""
    source = "message: hello\nemail: {subject: Hello, body: 'Look [here](https://shop.example/new).'}\n"
    version = save_message(workspace=workspace, name="hello", source=source, now=NOW)
    profile = add(workspace=workspace, seen_at=[NOW])[0]
    delivery = Delivery(
        workspace=workspace, person=profile, profile_id=profile, shard=1, turn="hello", channel="email", purpose="x", state="accepted",
        basis="consent", due_at=NOW, too_late_at=NOW, planned_at=NOW, accepted_at=NOW, message_version=version, body={},
    )  # fmt: skip
    delivery.save()
    for _ in range(2):
        spool.keep({"numbers": [workspace.pk, delivery.pk, 1], "method": "GET", "agent": "Firefox"})


def told():
    return Event._rows.filter(name="Link Clicked").count()


def files():
    return sorted(spool.folder().iterdir())


def test_a_file_that_is_being_told_is_nobody_elses(folder):
    spool.keep({"n": 1})
    first = spool.waiting()
    mine = next(first)
    spool.keep({"n": 2})  # goes on in a file of its own
    assert [kept.clicks[0]["n"] for kept in spool.waiting()] == [2]
    assert [click["n"] for click in mine.clicks] == [1]
    first.close()
    assert sorted(kept.clicks[0]["n"] for kept in spool.waiting()) == [1, 2]  # neither was told


def test_what_is_written_while_files_are_taken_is_not_lost(folder):
    many, found, ready = 300, [], threading.Event()

    def write():
        ready.set()
        for number in range(many):
            spool.keep({"n": number})

    writer = threading.Thread(target=write)
    writer.start()
    ready.wait()
    while writer.is_alive() or (folder.is_dir() and files()):
        for kept in spool.waiting():
            found += [click["n"] for click in kept.clicks]
            kept.forget()
    writer.join()
    assert found == list(range(many))


def test_whoever_dies_once_it_is_committed_leaves_nothing_to_be_told_again(kept, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(spool.Kept, "forget", lambda _kept: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            clicks.tell_spooled()
    assert (told(), len(files())) == (2, 1)
    assert clicks.tell_spooled() == 0
    assert (told(), files()) == (2, [])


def test_what_was_not_committed_is_told_by_the_next(kept, monkeypatch):
    noted = spool.Kept.will_be_told_by

    def lost(one, number):
        noted(one, number)
        raise DatabaseError("the connection is lost before the commit")

    with monkeypatch.context() as patch:
        patch.setattr(spool.Kept, "will_be_told_by", lost)
        with pytest.raises(DatabaseError):
            clicks.tell_spooled()
    assert (told(), len(files())) == (0, 1)
    assert clicks.tell_spooled() == 2
    assert (told(), files()) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_what_became_of_a_transaction():
    with transaction.atomic():
        number = number_of_this()
        assert came_about(number) is None
    assert came_about(number) is True
    with transaction.atomic():
        number = number_of_this()
        transaction.set_rollback(True)
    assert came_about(number) is False
    assert came_about(number + 10**9) is False  # of a database that was put back since
