"""Journals of this process and of dead ones."""

import os
import time

import pytest

from duologue.engage.channels import journal


@pytest.fixture
def folder(settings):
    folder = settings.DATA.run / "senders"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def dead(folder, name, *lines, boot=None):
    (folder / f"{name}.journal").write_text("".join(f"{line}\n" for line in (f"B {boot or journal._boot()}", *lines)))
    return name


def kinds(found):
    return {delivery: outcome.kind for delivery, outcome in found.items()}


def test_what_a_dead_senders_journal_says(folder):
    name = dead(
        folder, "dead-1", "D 1 1", "D 2 1", "R 2 1 accepted 2.0.0", "D 3 1", "R 3 1 failed 5.1.1", "D 4 1", "R 4 1 deferred 4.7.1", "D 5 2"
    )
    asked = [(number, 1, name) for number in range(1, 7)]
    assert kinds(journal.look_up(asked)) == {1: "uncertain", 2: "accepted", 3: "failed", 4: "deferred", 5: "deferred", 6: "deferred"}


def test_after_the_machine_was_lost_all_is_in_doubt(folder):
    assert kinds(journal.look_up([(1, 1, dead(folder, "dead-2", boot="another"))])) == {1: "uncertain"}
    assert kinds(journal.look_up([(1, 1, "never-seen-here")])) == {1: "uncertain"}
    (folder / "empty.journal").write_text("")
    assert kinds(journal.look_up([(1, 1, "empty")])) == {1: "uncertain"}


def test_old_journals_go_and_a_large_one_is_emptied(folder, monkeypatch):
    old, new = dead(folder, "dead-old"), dead(folder, "dead-new")
    long_ago = time.time() - 8 * 86_400
    os.utime(folder / f"{old}.journal", (long_ago, long_ago))
    journal._forget_old()
    assert not (folder / f"{old}.journal").exists()
    assert (folder / f"{new}.journal").exists()
    mine = folder / f"{journal.sender_name()}.journal"
    journal.dot_written(1, 1)
    journal.shorten()
    assert "D 1 1" in mine.read_text()
    monkeypatch.setattr(journal, "LARGE", 10)
    journal.shorten()
    assert mine.read_text() == f"B {journal._boot()}\n"
