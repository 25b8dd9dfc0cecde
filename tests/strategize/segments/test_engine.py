from datetime import UTC, datetime, timedelta

import pytest

from duologue.strategize.segments import engine
from duologue.strategize.segments.compile.build import to_sql
from duologue.strategize.segments.rules.read import read_segment

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def sql_of(yaml):
    return to_sql(read_segment(yaml, "segments/x.yaml"))


def event(person, name, ago):
    return (person, person, int((NOW - ago).timestamp() * 1_000_000), name, "{}")


@pytest.fixture
def small():
    return engine.Small()


def test_a_plan_made_on_empty_tables_holds_for_full_ones(small):
    sql = sql_of("where: {did: {event: A, within: 3d}}")
    assert small.decide(sql, NOW) == {}
    small.fill("people", [(1,), (2,), (3,)])
    small.fill("events", [event(1, "A", timedelta(days=1)), event(2, "A", timedelta(days=5)), event(3, "B", timedelta(0))])
    assert small.decide(sql, NOW) == {
        1: engine.Verdict(member=True, recheck_at=NOW + timedelta(days=2)),
        2: engine.Verdict(member=False, recheck_at=None),
        3: engine.Verdict(member=False, recheck_at=None),
    }
    assert not small.decide(sql, NOW + timedelta(days=2))[1].member


def test_filling_leaves_nothing_of_before(small):
    sql = sql_of("where: {did: {event: A}}")
    small.fill("people", [(1,), (2,)])
    small.fill("events", [event(1, "A", timedelta(0))])
    assert [small.decide(sql, NOW)[person].member for person in (1, 2)] == [True, False]
    small.fill("events", [event(2, "A", timedelta(0))])
    assert [small.decide(sql, NOW)[person].member for person in (1, 2)] == [False, True]
    small.fill("events", [])
    assert [small.decide(sql, NOW)[person].member for person in (1, 2)] == [False, False]


def test_more_rules_than_are_kept_planned_still_hold(small, monkeypatch):
    monkeypatch.setattr(engine, "MOST_PREPARED", 2)
    small.fill("people", [(1,)])
    small.fill("facts", [(1, "n", "3")])
    for _ in range(2):
        assert [small.decide(sql_of(f"where: {{person.n: {{over: {limit}}}}}"), NOW)[1].member for limit in range(5)] == [True] * 3 + [
            False
        ] * 2
