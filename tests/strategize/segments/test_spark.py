"""The full count on a real cluster of Spark with two executors, each a process of its own, beside the one by DuckDB."""

import shutil

import pytest
from django.db import connection
from segment_builders import NOW, allowed, days, happened, learned, people

from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import merge
from duologue.strategize.segments import actions, history, queries
from tests.spark import assert_two_executors, cluster

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]
RULES = [
    "{person.tier: [gold, 1]}",
    "{person.tags: {has: tea}}",
    "{person.joined: {within: 3d}}",
    "{did: {event: A, within: 10d, times: {at_least: 3}}}",
    "{did: {event: A, where: {x: {over: 1}, t: {after: 3d}}}}",
    "{did: {event: A, where: {x: {has: L}}, since: person.joined}}",
    "{did: {event: A, not: {event: [B, C's], within: 2d}}}",
    "{not: {did: {event: C's}}}",
    "{sequence: [A, B, C's], within: 5d}",
    "{rfm: {recency: {under: 12d}, frequency: {at_least: 2}, money: {over: 10.0001}}}",
    "{last: {event: A, of: x}, is: XL}",
    "{first: {event: [A, B], of: x}, over: 1}",
    "{all: [{may: {by: email, purpose: news}}, {in: rule-0}]}",
]


@pytest.fixture(scope="module")
def engine_url(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("spark")) as address:
        yield address


def lives(workspace):
    """Forty people with all that rules look at, some merged, most of it in the lake and some after it."""
    persons = people(workspace, 40)
    values = [1, 2.5, "2.5", "XL", ["a", "L"], None, "say@home", 1e-7, {"z": 1}]
    dates = ["2026-01-04", "2026-01-05T14:00:00+02:00", "x"]
    for half in range(2):
        rows = [
            (
                persons[(at * 7 + at // 3) % 40],
                ("A", "B", "C's", "Order Completed")[(at * at + at // 5) % 4],
                {"x": values[at % 9 if half else at % 6], "t": dates[at % 3], "revenue": ("10.0001", 4, "?", 6.1)[at % 4]},
                days(at % 19) + (days(1) / 997) * at,
            )
            for at in range(half * 200, half * 200 + 200 - 150 * half)
        ]
        happened(workspace, rows)
        if not half:
            while history.LakeFollower(events=1).follow(workspace=workspace, now=NOW):
                pass
    happened(workspace, [(persons[3], name, {}, days(back)) for name, back in (("A", 4), ("B", 3), ("C's", 2))])
    happened(workspace, [(persons[4], "Order Completed", {"revenue": worth}, days(1)) for worth in ("10.0001", 6.1)])
    happened(workspace, [(persons[6], "A", {"x": "XL"}, days(0)), (persons[8], "B", {"x": 2.5}, days(30))])
    for at, one in enumerate(persons[::2]):
        learned(workspace, [(one, "tier", ("gold", "blue", 1)[at % 3]), (one, "tags", ["tea"] if at % 2 else "teapot")])
        learned(workspace, [(one, "joined", ("2026-01-03", "2025-12-20T10:00:00Z", "?")[at % 3])])
        allowed(workspace, one, "email", "news", "granted" if at % 4 else "withdrawn")
    merge(workspace=workspace, keep=persons[0], lose=persons[1], because="the same", now=NOW)
    erase(workspace=workspace, person=persons[7], now=NOW)  # and still in the lake


def standings(workspace):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT segment_id, person, member, recheck_at FROM strategize_segmentmember WHERE workspace_id = %s", (workspace.pk,)
        )
        return sorted(cursor.fetchall(), key=str)


def test_every_kind_of_rule_picks_the_same_people_on_spark(workspace, engine_url, settings):
    lives(workspace)
    for at, where in enumerate(RULES):
        segment = actions.save_segment(workspace=workspace, name=f"rule-{at}", source_yaml=f"where: {where}", now=NOW)
        actions.sweep(workspace=workspace, segment=segment, now=NOW)
        assert queries.members(workspace, f"rule-{at}"), where
    by_duckdb = standings(workspace)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM strategize_segmentmember; UPDATE strategize_segment SET size = 0, swept_revision = 0")
    settings.ENGINE_URL = engine_url
    for at in range(len(RULES)):
        actions.sweep(workspace=workspace, segment=queries.segment(workspace, f"rule-{at}"), now=NOW)
    assert standings(workspace) == by_duckdb
    assert_two_executors()
