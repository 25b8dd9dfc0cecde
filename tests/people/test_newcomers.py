"""People of a large file whom nobody knows are taken in as the steps would take them in, whichever way they come."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime

import pytest
from django.db import connection

from duologue.people.identifiers.queries import find
from duologue.people.imports import apart, running
from duologue.people.imports.actions import import_file
from duologue.people.privacy.actions import erase
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now

HEADINGS = (
    "id",
    "mail",
    "phone",
    "card",
    "first",
    "last",
    "company",
    "points",
    "likes",
    "born",
    "language",
    "country",
    "zone",
    "news",
    "since",
)
RECIPE = """
kind: people
source: till
external_id: id
identifiers: {email: "{mail}", phone: "{phone}", card: "{card}"}
facts:
  firstName: "{first}"
  last_name: "{last}"
  company: "{company}"
  points: {from: "{points}", as: number}
  likes: {from: "{likes}", as: list}
  birthday: {from: "{born}", as: date}
  locale: "{language}"
  country: "{country}"
  timezone: "{zone}"
purposes: [care, promotions]
time: {column: since}
consent:
  - {channel: email, purpose: news, where: {news: "yes"}, wording: "yes, send me \\"news\\"\ttoday"}
  - {channel: email, purpose: news, state: withdrawn, where: {news: "no"}, source: desk, at: {column: born}}
  - {channel: sms, purpose: gifts, where: {news: "yes"}, at: {column: born}}
"""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = {
    "people_profile": "person, shard, locale, timezone, country, name, created_at, seen_at",
    "people_identifier": "profile_id, kind, value, shown",
    "people_fact": "profile_id, key, value, source, at, purposes",
    "people_searchword": "profile_id, word",
    "people_consentstatement": "profile_id, number, channel, purpose, state, at, source, wording, proof",
    "people_consentnow": "profile_id, channel, purpose, state, at, heard_at",
    "people_event": "profile_id, name, source, occurred_at, properties, run_id, delivery_id",
    "people_importkey": "key, content",
    "people_batch": "events, first_at, last_at, batch_no",
}


def line(draw: random.Random, number: int) -> list[str]:
    """Return one person as shops have them."""
    first = draw.choice(["Zoë", "李", "O'Neill", "Back\\slash", "Tab\tbed", "New\nline", "", "ada", "\\N", '"quoted"', "a" * 60])
    return [
        f"C-{number}",
        draw.choice([f"P{number}@Shop.example", f"p{number}+x@gmail.com", f"p.{number}@gmail.com", "not-an-address", ""]),
        draw.choice([f"020 7183 {number % 10_000:04}", f"+49 151 {number:08}", "12", ""]),
        draw.choice([f"card {number}", ""]),
        first,
        f"Last{number % 7}-Name",
        draw.choice(["Holt & Wren, Ltd.", "", "GmbH"]),
        draw.choice(["7", "1.234,5", "0", "", "9" * 30]),
        draw.choice(["tea; cups", "", "a,b"]),
        draw.choice(["2003-12-31", "2024-02-29", "2025-12-30"]),
        draw.choice(["de_AT", "en", "xx-nowhere", ""]),
        draw.choice(["GB", "Germany", "AT", ""]),
        draw.choice(["Europe/Vienna", "Mars/Base", ""]),
        draw.choice(["yes", "no", ""]),
        draw.choice(["2025-12-24 10:00", "2026-01-01", "2025-06-01T08:00:00+05:30"]),
    ]


def written(path, lines):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *lines])
    return path


def held(workspace):
    """Return what is held of a workspace, profiles by their place instead of their number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_profile WHERE workspace_id = %s ORDER BY id", (workspace.pk,))
        place = {row[0]: position for position, row in enumerate(cursor.fetchall())}
        found = {}
        for table, columns in TABLES.items():
            cursor.execute(f"SELECT {columns} FROM {table} WHERE workspace_id = %s", (workspace.pk,))
            names = columns.split(", ")
            rows = [
                {name: place[value] if name in {"profile_id", "person"} else str(value) for name, value in zip(names, row, strict=True)}
                for row in cursor.fetchall()
            ]
            if table == "people_profile":
                rows = [row | {"shard": ""} for row in rows]
            found[table] = sorted(map(repr, rows))
        return found


def assert_same(one, other):
    """Name the first rows in which two workspaces differ."""
    here, there = held(one), held(other)
    for table in TABLES:
        assert [row for row in here[table] if row not in there[table]][:2] == [row for row in there[table] if row not in here[table]][:2], (
            table
        )
        assert len(here[table]) == len(there[table]), table


@pytest.fixture
def taken(db, tmp_path, settings, monkeypatch):
    """A function that imports lines into a workspace, in one way or the other, and returns the workspace, the job and who was welcomed."""
    settings.DATA = type(settings.DATA)(tmp_path)
    welcomed: list[int] = []

    def welcome(**known):
        done = running_welcome(**known)
        welcomed.append(known["batch"].newcomers.people if done else 0)
        return done

    running_welcome = running.welcome
    monkeypatch.setattr(running, "welcome", welcome)

    def take(lines, *, apart_from_here, workspace=None, recipe=RECIPE):
        monkeypatch.setattr(apart, "WORTH_IT", 0 if apart_from_here else 1 << 30)
        welcomed.clear()
        workspace = workspace or create_workspace(name=f"shop-{apart_from_here}".lower(), country="GB", clock_at=NOW)
        job = import_file(workspace=workspace, path=written(tmp_path / "people.csv", lines), kind="people", recipe=recipe)
        return workspace, job, list(welcomed)

    return take


def test_both_ways_end_the_same(taken):
    lines = [*(line(random.Random(number), number) for number in range(400)), ["C-401", "cut off"]]
    here, one, _ = taken(lines, apart_from_here=False)
    there, other, welcomed = taken(lines, apart_from_here=True)
    assert welcomed == [other.rows_written]
    assert_same(there, here)
    counted = ("rows_read", "rows_written", "rows_unchanged", "rows_refused", "counts")
    assert [getattr(one, name) for name in counted] == [getattr(other, name) for name in counted]
    assert (other.rows_written, other.rows_refused) == (400, 1)
    assert other.counts["not an e-mail address"] > 10


@pytest.mark.parametrize(
    ("twist", "tried"),
    [
        (lambda one: ["C-9000", *one[1:]], []),  # somebody else's address
        (lambda one: [*one[:4], "Other", *one[5:]], []),  # said anew
        (lambda one: ["C-9000", "", "", *one[3:-1], "1999-01-01"], []),  # too long ago
        (lambda one: ["C-9000", "", "", *one[3:-1], "2999-01-01"], []),  # not yet
        (lambda one: ["C-9000", "", "", "", "null\x00", *one[5:]], [0]),  # what no text of the database holds
    ],
)
def test_who_is_not_simply_new_takes_the_longer_way(taken, twist, tried):
    lines = [line(random.Random(number), number) for number in range(20)]
    lines.append(twist(lines[3]))
    here, one, _ = taken(lines, apart_from_here=False)
    there, other, welcomed = taken(lines, apart_from_here=True)
    assert welcomed == tried
    assert_same(there, here)
    assert (one.rows_written, one.rows_refused, one.rows_unchanged) == (other.rows_written, other.rows_refused, other.rows_unchanged)


def test_who_is_known_already_is_not_made_twice(taken):
    lines = [line(random.Random(number), number) for number in range(40)]
    shop, before, _ = taken(lines, apart_from_here=True)
    _, again, welcomed = taken([*lines[::-1], line(random.Random(77), 77)], apart_from_here=True, workspace=shop)
    assert welcomed == [0]
    assert again.rows_unchanged == before.rows_written
    other_way, *_ = taken(lines, apart_from_here=False)
    taken([*lines[::-1], line(random.Random(77), 77)], apart_from_here=False, workspace=other_way)
    assert_same(shop, other_way)


def test_who_was_erased_stays_so(taken):
    lines = [line(random.Random(number), number) for number in range(10)]
    shop, *_ = taken(lines[:1], apart_from_here=True)
    erase(workspace=shop, person=find(shop, "external", "C-0"), now=now(shop))
    _, job, welcomed = taken(lines, apart_from_here=True, workspace=shop)
    assert welcomed == [0]
    assert (job.rows_written, job.rows_unchanged) == (9, 1)
    assert find(shop, "external", "C-0") is None
