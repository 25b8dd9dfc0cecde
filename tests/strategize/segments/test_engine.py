from datetime import UTC, datetime, timedelta

import pytest

from duologue.strategize.segments.compile.build import to_sql
from duologue.strategize.segments.rules.read import read_segment
from duologue.strategize.segments.small import Asked, Small, filled

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def sql_of(yaml):
    return to_sql(read_segment(yaml, "segments/x.yaml"))


def event(person, name, ago):
    return (person, person, int((NOW - ago).timestamp() * 1_000_000), name, "{}")


@pytest.fixture
def small():
    return Small()


def differences(small, sql, asked, names, now=NOW):
    return small.differences([Asked({1: sql}, asked, names)], members=[], now=now)


def told(small, sql, now=NOW, **tables):
    """Return (member, recheck_at) of each person whom the rule tells of, of these rows."""
    small.bring({name: filled(name, rows) for name, rows in tables.items()}, now)
    asked = [row[0] for row in tables.get("people", [])]
    found = differences(small, sql, asked, {row[3] for row in tables.get("events", [])}, now)
    return {one.person: (one.member, one.recheck_at) for one in found}


def test_a_plan_made_on_empty_tables_holds_for_full_ones(small):
    sql = sql_of("where: {did: {event: A, within: 3d}}")
    assert told(small, sql) == {}
    events = [event(1, "A", timedelta(days=1)), event(2, "A", timedelta(days=5)), event(3, "B", timedelta(0))]
    assert told(small, sql, people=[(1,), (2,), (3,)], events=events) == {1: (True, NOW + timedelta(days=2))}
    assert told(small, sql, NOW + timedelta(days=2), people=[(1,), (2,), (3,)], events=events) == {}


def test_filling_leaves_nothing_of_before(small):
    sql = sql_of("where: {did: {event: A}}")
    assert set(told(small, sql, people=[(1,), (2,)], events=[event(1, "A", timedelta(0))])) == {1}
    assert set(told(small, sql, people=[(1,), (2,)], events=[event(2, "A", timedelta(0))])) == {2}
    assert set(told(small, sql, people=[(1,), (2,)], events=[])) == set()


def test_only_those_asked_about_are_told_of(small):
    sql = sql_of("where: {did: {event: A}}")
    told(small, sql, people=[(1,), (2,)], events=[event(1, "A", timedelta(0)), event(2, "A", timedelta(0))])
    assert [one.person for one in differences(small, sql, [2], {"A"})] == [2]
    assert differences(small, sql, [3], {"A"}) == []


@pytest.mark.parametrize("worth", [-1, 10_000], ids=["tables narrowed to them", "all rules on all"])
def test_each_rule_tells_of_those_it_concerns(small, monkeypatch, worth):
    monkeypatch.setattr("duologue.strategize.segments.small.WORTH", worth)
    did, did_not = sql_of("where: {did: {event: A}}"), sql_of("where: {not: {did: {event: B}}}")
    events = [event(1, "A", timedelta(0)), event(2, "A", timedelta(0)), event(3, "A", timedelta(0)), event(3, "B", timedelta(0))]
    people, standings = [(one,) for one in range(1, 5)], [(1, 2, True, None), (1, 3, True, None), (8, 4, True, None)]
    small.bring({name: filled(name, rows) for name, rows in (("people", people), ("events", events), ("standings", standings))}, NOW)
    asked = [Asked({1: did}, {1, 2}, {"A"}), Asked({7: did_not, 8: did_not}, {3, 4}, {"B"})]
    for _ in range(2):
        found = small.differences(asked, members=[], now=NOW)
        assert {(one.segment, one.person, one.was, one.member) for one in found} == {
            (1, 1, None, True),
            (7, 3, None, False),
            (7, 4, None, True),
            (8, 3, None, False),
        }


def test_what_is_kept_already_is_no_difference(small):
    sql = sql_of("where: {did: {event: A, within: 3d}}")
    at = int((NOW + timedelta(days=2)).timestamp() * 1_000_000)
    people, events = [(one,) for one in (1, 2, 3)], [event(one, "A", timedelta(days=1)) for one in (1, 2, 3)]
    standings = [(1, 1, True, at), (1, 2, True, at + 1), (2, 3, True, at), (1, 4, True, None), (1, 5, False, at), (1, 6, True, None)]
    small.bring({name: filled(name, rows) for name, rows in (("people", people), ("events", events), ("standings", standings))}, NOW)
    found = sorted((one.person, one.was, one.member, one.told) for one in differences(small, sql, [1, 2, 3, 4, 5], {"A"}))
    assert found == [(2, True, True, True), (3, None, True, True), (4, True, False, False), (5, False, False, False)]


@pytest.mark.parametrize(
    ("kept_for", "differs"), [(-1, True), (0, True), (9, True), (10, False), (15, False), (20, False), (21, True), (None, True)]
)
def test_a_moment_that_only_moves_on_a_little_is_left(small, kept_for, differs):
    at = None if kept_for is None else int((NOW + timedelta(days=kept_for)).timestamp() * 1_000_000)
    sql = sql_of("where: {did: {event: A, within: 20d}}")
    rows = {"people": [(1,)], "events": [event(1, "A", timedelta(0))], "standings": [(1, 1, True, at)]}
    small.bring({name: filled(name, one) for name, one in rows.items()}, NOW)
    found = [(one.was, one.member, one.recheck_at) for one in differences(small, sql, [1], {"A"})]
    assert found == ([(True, True, NOW + timedelta(days=20))] if differs else [])


def test_more_rules_than_are_kept_planned_still_hold(small, monkeypatch):
    monkeypatch.setattr("duologue.strategize.segments.small.MOST_PREPARED", 2)
    rules = [sql_of(f"where: {{person.n: {{over: {limit}}}}}") for limit in range(5)]
    for _ in range(2):
        assert [bool(told(small, sql, people=[(1,)], facts=[(1, "n", "3")])) for sql in rules] == [True] * 3 + [False] * 2


def test_plans_are_forgotten_before_they_take_all_memory(small):
    small.most_kept = 12_000_000
    small.duck.execute("SET memory_limit = '32MB'")
    events = [event(one % 50, "A", timedelta(hours=one)) for one in range(2_000)]
    small.bring({"people": filled("people", [(one,) for one in range(50)]), "events": filled("events", events)}, NOW)
    rules = [sql_of(f"where: {{did: {{event: A, not: {{event: B, within: {hours}h}}}}}}") for hours in range(1, 41)]
    for sql in rules:
        assert len(differences(small, sql, range(50), {"A", "B"})) == 50


def looked_at_again(small, where, *events):
    found = told(small, sql_of(f"where: {where}"), people=[(1,)], events=events)
    return (found[1][0], found[1][1] and found[1][1] - NOW) if found else None


def test_who_cannot_change_by_time_alone_is_not_looked_at_again(small):
    day = timedelta(days=1)
    once, twice = event(1, "A", day), (event(1, "A", day), event(1, "A", 2 * day))
    assert looked_at_again(small, "{did: {event: A, within: 3d, times: {at_least: 2}}}", once) is None
    assert looked_at_again(small, "{did: {event: A, within: 3d, times: {at_least: 2}}}", *twice) == (True, day)
    assert looked_at_again(small, "{did: {event: A, within: 3d, times: {at_most: 1}}}", *twice) == (False, day)
    assert looked_at_again(small, "{did: {event: A, within: 3d, times: {at_most: 1}}}", once) == (True, None)
    assert looked_at_again(small, "{did: {event: A, not: {event: B, within: 2d}}}", once) == (False, day)
    assert looked_at_again(small, "{did: {event: A, not: {event: B, within: 2d}}}", *twice) == (True, None)
    assert looked_at_again(small, "{all: [{did: {event: A, within: 3d}}, {did: {event: B}}]}", once) is None
    assert looked_at_again(small, "{any: [{did: {event: A, within: 3d}}, {did: {event: B}}]}", once) == (True, 2 * day)


@pytest.mark.parametrize("stored", ['"true"', "true", '["true"]', '["x", true]'])
@pytest.mark.parametrize("asked", ['{is: "true"}', "{is: true}", '{is: [no-one, "true"]}'])
def test_a_word_is_found_however_it_stands(small, stored, asked):
    assert told(small, sql_of(f"where: {{person.n: {asked}}}"), people=[(1,)], facts=[(1, "n", stored)])
    events = [(1, 1, 0, "A", f'{{"n":{stored}}}')]
    assert told(small, sql_of(f"where: {{did: {{event: A, where: {{n: {asked}}}}}}}"), people=[(1,)], events=events)


@pytest.mark.parametrize("stored", ["null", '"null and void"', '{"a": "null"}', '[["null"]]', '"Null"', "[]"])
def test_a_word_is_not_found_in_what_only_holds_its_letters(small, stored):
    assert not told(small, sql_of('where: {person.n: "null"}'), people=[(1,)], facts=[(1, "n", stored)])
    events = [(1, 1, 0, "A", f'{{"n":{stored}}}')]
    assert not told(small, sql_of('where: {did: {event: A, where: {n: "null"}}}'), people=[(1,)], events=events)
