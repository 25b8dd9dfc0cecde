from datetime import timedelta

import pytest
from segment_builders import NOW, days, happened, learned, people

from duologue.strategize.segments import fetch
from duologue.strategize.segments.compiled import compiled_of
from duologue.strategize.segments.rules.read import read_segment

pytestmark = pytest.mark.django_db(transaction=True)


def rule(where):
    return compiled_of(read_segment(f"where: {where}"))


def test_of_each_person_come_the_events_that_their_rules_look_at(workspace):
    one, two, three = people(workspace, 3)
    happened(workspace, [(who, name, {"x": 1, "y": 2}, days(ago)) for who in (one, two, three) for name in "AB" for ago in (1, 50, 500)])
    asked = {
        frozenset({one, two}): [rule("{did: {event: A, within: 3d, where: {x: 1}}}")],
        frozenset({two, three}): [rule("{did: {event: B, within: 100d}}"), rule("{person.f: 1}")],
        frozenset({three}): [rule("{did: {event: A}}")],
    }
    found = fetch.events(workspace, asked, NOW)
    came = {
        (row["person"], row["name"], (NOW - row["occurred_at"].replace(tzinfo=NOW.tzinfo)) // timedelta(days=1))
        for row in found.to_pylist()
    }
    both = {(two, name, ago) for name in "AB" for ago in (1, 50)}  # as far back as one of their rules looks
    assert came == {(one, "A", 1)} | both | {(three, name, ago) for name in "AB" for ago in (1, 50, 500)}
    assert set(found.column("properties").to_pylist()) == {'{"x": 1}'}


def test_facts_come_of_those_whose_rules_ask_for_some(workspace):
    one, two = people(workspace, 2)
    learned(workspace, [(one, "f", "1"), (two, "f", "2"), (two, "g", "3")])
    asked = {frozenset({one}): [rule("{did: {event: A}}")], frozenset({two}): [rule("{person.f: 2}")]}
    assert fetch.facts(workspace, asked).to_pylist() == [{"person": two, "key": "f", "value": '"2"'}]
    assert fetch.consents(workspace, asked) == []
