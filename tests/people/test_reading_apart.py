"""A file read in a process of its own gives what it gives when read here."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
import pytest

from duologue.kit.pipeline import Refused
from duologue.people.imports import apart
from duologue.people.imports.actions import import_file
from duologue.people.imports.recipe import read_recipe
from duologue.people.models import ConsentNow, Profile

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PEOPLE = """
kind: people
source: till
external_id: id
identifiers: {email: "{mail}"}
facts: {name: "{name}", points: {from: "{points}", as: number}}
consent:
  - {channel: email, purpose: news, where: {news: "yes"}}
  - {channel: email, purpose: gifts, where: {news: "yes"}}
"""
ORDERS = """
kind: events
source: till
external_id: id
time: {column: at, zone: Europe/London}
group: {by: name, item: {what: "{mail}"}, quantity: points, price: points}
events:
  - {event: Order Completed, properties: {order_id: "{name}"}, total: revenue}
"""


def people(path, count):
    lines = ["id,mail,name,points,news,at"]
    lines += [f"{n},p{n}@x.example,Zoë {n // 3},{n % 7},{'yes' if n % 2 else 'no'},2026-01-0{n % 3 + 1}" for n in range(count)]
    lines[7:9] = ["7,not-an-address,Ada,many,yes,never", ",,,,,", "8,p8@x.example", "9,,Nine,9" + "0" * 30 + ",no,2026-01-02"]
    path.write_text("\n".join(lines) + "\n")
    return path


def reading(path, recipe=PEOPLE, start=0):
    return apart.Reading(str(path), "utf-8", read_recipe(recipe), "GB", NOW, start)


@contextmanager
def reader(asked):
    """A process that reads, with numbers for people."""
    with apart.Reader(asked) as made:
        made.number(range(1, 100_000))
        yield made


def plain(batch):
    drafts = [msgspec.structs.asdict(draft) | {"event": msgspec.structs.asdict(draft.event)} for draft in batch.unpacked()]
    refusals = [(line, why.reason, why.sentence, row) for line, why, row in batch.refusals]
    return (batch.position, drafts, refusals, batch.passed_over, batch.repeated, batch.lines)


@pytest.mark.parametrize("recipe", [PEOPLE, ORDERS])
@pytest.mark.parametrize("start", [0, 6_000])
def test_the_same_batches_come_from_another_process(tmp_path, recipe, start):
    asked = reading(people(tmp_path / "people.csv", 12_000), recipe, start)
    here = [plain(batch) for batch in asked.batches()]
    assert len(here) > 1
    with reader(asked) as apart_from_here:
        assert [plain(batch) for batch in apart_from_here.batches()] == here


def test_what_refuses_the_file_there_is_raised_here(tmp_path):
    asked = reading(people(tmp_path / "people.csv", 20), PEOPLE.replace("{mail}", "{post}"))
    with reader(asked) as apart_from_here, pytest.raises(Refused, match="no column 'post'"):
        list(apart_from_here.batches())


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(apart.subprocess, "Popen", Noted)
    return started


def test_a_reader_that_was_killed_does_not_pass_for_the_end_of_the_file(tmp_path, started):
    with reader(reading(people(tmp_path / "people.csv", 60_000))) as apart_from_here:
        batches = apart_from_here.batches()
        assert next(batches).position == 5_000
        started[0].kill()
        with pytest.raises(apart.ReaderEnded):
            list(batches)


def test_no_reader_is_left_when_an_import_stops(tmp_path, started):
    with reader(reading(people(tmp_path / "people.csv", 60_000))) as apart_from_here:
        next(apart_from_here.batches())
        assert [one.poll() for one in started] == [None]
    assert [one.poll() is not None for one in started] == [True]


@pytest.mark.django_db
@pytest.mark.parametrize("worth_it", [0, 1 << 30])
def test_an_import_is_the_same_with_and_without_another_process(workspace, tmp_path, settings, monkeypatch, worth_it):
    settings.DATA = type(settings.DATA)(tmp_path)
    monkeypatch.setattr(apart, "WORTH_IT", worth_it)
    job = import_file(workspace=workspace, path=people(tmp_path / "people.csv", 5_500), kind="people", recipe=PEOPLE)
    assert (job.rows_read, job.rows_written, job.rows_unchanged, job.rows_refused) == (5_502, 5_498, 1, 3)
    assert Profile.within(workspace).count() == 5_498
    assert ConsentNow.within(workspace).count() == 5_498
    assert (tmp_path / "imports" / f"{workspace.name}-{job.pk}-refused.csv").read_text().count("\n") == 4
