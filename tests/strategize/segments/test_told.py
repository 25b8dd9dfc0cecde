"""Whom a compiled statement tells of, and when it says that somebody has to be looked at again: small cases, one by one."""

from datetime import UTC, datetime, timedelta

import ibis
import pytest

from duologue.strategize.segments import engine
from duologue.strategize.segments.compile.build import settled, to_sql
from duologue.strategize.segments.compile.cells import near
from duologue.strategize.segments.rules.read import read_segment
from duologue.strategize.segments.small import SCHEMAS

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PEOPLE = range(1, 5)
LATER = ["true", "null", '["x"]', '{"a": 1}']


def days(number):
    return NOW.replace(tzinfo=None) + timedelta(days=number)


@pytest.fixture
def duck():
    duck = engine.new_connection()
    for name in ("people", "events", "facts", "consents", "members"):
        shape = SCHEMAS[name].empty_table()  # found by its name
        duck.execute(f"CREATE TABLE {name} AS SELECT * FROM shape")
        del shape
    duck.executemany("INSERT INTO people VALUES (?)", [(person,) for person in PEOPLE])
    yield duck
    duck.close()


def told(duck, where):
    """Return of whom the statement tells: whether they are in, and in how many days they are looked at again."""
    rows = duck.execute(engine.at_moment(to_sql(read_segment(f"where: {where}")), NOW)).fetchall()
    return {person: (member, at and (at - days(0)) / timedelta(days=1)) for person, member, at in rows}


def inside(duck, where):
    return sorted(person for person, (member, _) in told(duck, where).items() if member)


def learn(duck, *documents):
    """Let the first people have these documents as their fact `f`."""
    duck.executemany("INSERT INTO facts VALUES (?, 'f', ?)", [(at, one) for at, one in enumerate(documents, 1) if one is not None])


def happen(duck, *rows):
    """Rows are (person, name, how many days ago)."""
    duck.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, '{}')", [(who, at, days(-ago), name) for at, (who, name, ago) in enumerate(rows)]
    )


@pytest.mark.parametrize(
    ("where", "documents", "picked"),
    [
        ("{person.f: gold}", ['"gold"', '"golden"', '"[gold"', None], [1]),
        ("{person.f: gold}", ['["blue", "gold"]', '["golden"]', "[]", '{"a": "gold"}'], [1]),
        ("{person.f: gold}", ["null", '"Gold"', '["gold"]', '[["gold"]]'], [3]),
        ("{person.f: [gold, blue]}", ['"gold"', '["blue"]', '"white"', None], [1, 2]),
        ('{person.f: "true"}', ["true", '"true"', "[true]", "false"], [1, 2, 3]),
        ("{person.f: true}", ["true", '"true"', '["true"]', "1"], [1, 2, 3]),
        ("{not: {person.f: gold}}", ['"gold"', '["gold"]', '"golden"', None], [3, 4]),
        ("{person.f: {not: gold}}", ['"gold"', '["gold", 1]', "null", None], [3, 4]),
        ("{any: [{person.f: gold}, {person.f: {over: 3}}]}", ['"gold"', "4", "3", None], [1, 2]),
        ("{all: [{person.f: {known: true}}, {not: {person.f: gold}}]}", ['"gold"', "4", '""', None], [2]),
    ],
)
def test_a_plain_word_is_found_alone_and_in_lists_and_nowhere_else(duck, where, documents, picked):
    learn(duck, *documents)
    assert inside(duck, where) == picked


@pytest.mark.parametrize(
    ("where", "passed"),
    [
        # what begins with [ or with a letter that comes later passes too
        ("gold", ['"gold"', *LATER]),
        ("[gold, blue]", ['"gold"', '"blue"', *LATER]),
        ('"true"', ['"true"', *LATER]),
        ("3", None),
        ("[gold, 3]", None),
        ("{not: gold}", None),
        ("{over: 3}", None),
        ("{from: person.g}", None),
        ("{known: true}", None),
        ("'he said \"so\"'", None),
    ],
)
def test_a_comparison_with_plain_words_passes_over_most_documents(duck, where, passed):
    documents = ['"gold"', '"blue"', '"golden"', "true", '"true"', "3", "null", '["x"]', '{"a": 1}']
    narrow = near(read_segment(f"where: {{person.f: {where}}}").where.compare)
    assert (narrow is None) is (passed is None)
    if narrow:
        rows = ibis.table({"value": "string"}, name="documents")
        duck.execute("CREATE TABLE documents AS SELECT unnest(?) AS value", [documents])
        found = duck.execute(str(ibis.to_sql(rows.filter(narrow(rows.value)), dialect="duckdb"))).fetchall()
        assert sorted(one for (one,) in found) == sorted(passed)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("{person.f: gold}", True),
        ("{all: [{person.f: gold}, {did: {event: A}}]}", True),
        ("{any: [{person.f: gold}, {did: {event: A, times: {at_least: 3}}}]}", True),
        ("{sequence: [A, B], within: 7d}", True),
        ("{not: {person.f: gold}}", False),  # strangers are in
        ("{not: {not: {person.f: gold}}}", True),
        ("{did: {event: A, within: 30d}}", False),
        ("{any: [{person.f: gold}, {did: {event: A, within: 30d}}]}", False),
        ("{did: {event: A, not: {event: B, within: 7d}}}", False),
        ("{last: {event: A}, before: 5d}", False),
    ],
)
def test_a_rule_is_settled_where_time_moves_nobody_and_strangers_are_out(where, expected):
    assert settled(read_segment(f"where: {where}")) is expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        # who leaves when the window has moved on is in until then; who is out is not told of
        ("{did: {event: A, within: 30d}}", {1: (True, 20), 2: (True, 29)}),
        ("{did: {event: A, within: 30d, times: {at_least: 2}}}", {2: (True, 10)}),
        # the other way round all are told of, and who is out comes in
        ("{not: {did: {event: A, within: 30d}}}", {1: (False, 20), 2: (False, 29), 3: (True, None), 4: (True, None)}),
        # who is in either way keeps the moment; whoever is in by a fact alone has none
        ("{any: [{person.f: gold}, {did: {event: A, within: 30d}}]}", {1: (True, 20), 2: (True, 29), 3: (True, None)}),
        # where both must hold, whom the fact keeps out no time lets in
        ("{all: [{person.f: gold}, {did: {event: A, within: 30d}}]}", {1: (True, 20)}),
        ("{all: [{person.f: gold}, {not: {did: {event: A, within: 30d}}}]}", {1: (False, 20), 3: (True, None)}),
        # once that was done, of which nothing may follow for so long
        ("{did: {event: A, not: {event: B, within: 25d}}}", {1: (False, 15), 2: (False, 5)}),
        ("{any: [{did: {event: A, within: 15d}}, {did: {event: B, within: 45d}}]}", {1: (True, 5), 2: (True, 14), 4: (True, 5)}),
    ],
)
def test_a_moment_is_told_where_it_can_change_the_verdict(duck, where, expected):
    learn(duck, '"gold"', '"blue"', '"gold"', None)
    happen(duck, (1, "A", 10), (2, "A", 20), (2, "A", 1), (4, "B", 40))
    assert told(duck, where) == expected
