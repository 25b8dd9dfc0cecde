"""The audit log is searched by who, what, when and a word, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.platform.audit import queries
from duologue.platform.audit.actions import note
from duologue.platform.audit.queries import Asked, entries, every, find, people_and_actions

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def log(workspace):
    """Ten entries, an hour apart, the first at noon."""
    for number in range(10):
        who, what = ("Ann", "Ben")[number % 2], ("publish dialogue", "create key", "send again")[number % 3]
        note(workspace, who, what, f"thing-{number}", {"reach": "Win-Back"} if number < 4 else {}, now=NOON + timedelta(hours=number))
    return workspace


def numbers(found):
    return [int(one.subject.rpartition("-")[2]) for one in found]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (Asked(), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (Asked(who="Ann"), [8, 6, 4, 2, 0]),
        (Asked(what="create key"), [7, 4, 1]),
        (Asked(who="Ann", what="create key"), [4]),
        (Asked(since=NOON + timedelta(hours=3), until=NOON + timedelta(hours=5)), [4, 3]),
        (Asked(word="win-back"), [3, 2, 1, 0]),
        (Asked(word="win-back", who="Ben"), [3, 1]),
        (Asked(word="THING-7"), [7]),
        (Asked(word="100%"), []),
    ],
)
def test_found_by_who_what_when_and_word(log, asked, wanted):
    assert numbers(find(log, asked).entries) == wanted
    assert numbers(every(log, asked, most=100)) == wanted


def test_page_by_page_nothing_is_left_out_or_shown_twice(log):
    seen, before = [], None
    while True:
        found = find(log, Asked(), before=before, most=3)
        seen += numbers(found.entries)
        before = found.following
        if before is None:
            break
    assert seen == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert numbers(every(log, Asked(), most=4)) == [9, 8, 7, 6]


def test_a_word_is_looked_for_in_a_stretch_at_a_time(log, monkeypatch):
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 4)
    found = find(log, Asked(word="win-back"))
    assert (found.entries, found.is_cut, found.following[0]) == ([], True, NOON + timedelta(hours=6))
    assert numbers(every(log, Asked(word="win-back"), most=100)) == [3, 2, 1, 0]


def test_who_and_what_there_is_to_choose(log):
    with CaptureQueriesContext(connection) as asked:
        assert people_and_actions(log) == (["Ann", "Ben"], ["create key", "publish dialogue", "send again"])
    assert len(asked) == 2
    assert people_and_actions(None) == ([], [])
    note(None, "command line", "backup")
    assert [one.action for one in every(None, Asked(), most=5)] == ["backup"]
    assert len(entries(log, most=3)) == 3
