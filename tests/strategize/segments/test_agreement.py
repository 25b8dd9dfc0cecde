"""Random rules on random lives: what plain Python says, what is kept as time goes by, and the full count are one and the same,
however much of the timeline the lake holds."""

import itertools
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segment_builders import NOW, allowed, follow, happened, learned, people
from segment_reference import Person, holds

from duologue.platform.workspaces.actions import create_workspace
from duologue.strategize.segments import actions, queries, tasks
from duologue.strategize.segments.history import LakeFollower
from tests.drawn import drawn

NUMBERS = itertools.count(1)
names = st.sampled_from(["A", "B", "C"])
spans = st.sampled_from(["1h", "5h", "1d", "3d", "2w"])
plain = st.sampled_from([1, 2.5, "2.5", "a", "A b", True, 0])
values = st.one_of(plain, st.sampled_from([None, ["a", "b"], [], "", ["2.5", 1], "a@b", ["a", "a@b"]]))
dates = st.sampled_from(
    ["2026-01-04", "2026-01-05T13:00:00+00:00", "2026-01-06T00:00:00", "2025-12-31T23:59:59.5Z", "2026-01-05T14:00:00+02:00", "x"]
)
sizes = st.fixed_dictionaries(
    {}, optional={op: st.sampled_from([0, 1, 2, 2.5, 3]) for op in ("over", "under", "at_least", "at_most")}
).filter(bool)
times = st.one_of(
    st.fixed_dictionaries({"before": st.one_of(spans, dates.filter(lambda d: d != "x"))}),
    st.fixed_dictionaries({"after": st.one_of(spans, dates.filter(lambda d: d != "x"))}),
    st.fixed_dictionaries({"within": spans}),
    st.fixed_dictionaries({"after": st.just({"from": "person.e"})}),
)
comparisons = st.one_of(
    plain,
    st.lists(plain, min_size=1, max_size=2),
    sizes,
    st.fixed_dictionaries({"not": st.one_of(plain, st.just({"from": "person.g"}))}),
    st.fixed_dictionaries({"has": plain}),
    st.fixed_dictionaries({"known": st.booleans()}),
    st.just({"from": "person.g"}),
    st.fixed_dictionaries({"over": st.just({"from": "person.g"})}),
)
wheres = st.recursive(
    st.one_of(
        st.dictionaries(st.sampled_from(["x", "y"]), comparisons, min_size=1, max_size=2),
        st.fixed_dictionaries({"t": times}),
    ),
    lambda inner: st.one_of(st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}), st.fixed_dictionaries({"not": inner})),
    max_leaves=2,
)
windows = st.one_of(st.just({}), st.fixed_dictionaries({"within": spans}), st.just({"since": "person.d"}))


@st.composite
def happenings(draw, window=windows):
    found = {"event": draw(st.one_of(names, st.lists(names, min_size=1, max_size=2, unique=True))), **draw(window)}
    return found | ({"where": draw(wheres)} if draw(st.booleans()) else {})


@st.composite
def dids(draw):
    found = draw(happenings())
    if draw(st.booleans()):
        found["times"] = draw(sizes)
    if draw(st.integers(0, 2)) == 0:
        found["not"] = draw(happenings(st.just({}))) | {"within": draw(spans)}
    return {"did": found}


@st.composite
def summaries(draw):
    kind = draw(st.sampled_from(["sum", "count", "first", "last"]))
    what = draw(happenings())
    if kind == "sum":
        return {kind: what | {"of": "r"}} | draw(st.sampled_from([{"at_least": 10.3}, {"under": 5}, {"is": 0}, {"over": 0.1}]))
    if kind == "count":
        return {kind: what} | draw(sizes)
    if draw(st.booleans()):
        return {kind: what | {"of": "x"}} | draw(st.one_of(sizes, st.fixed_dictionaries({"is": plain})))
    return {kind: what} | draw(times)


sequences = st.builds(
    lambda steps, within: {"sequence": steps} | within,
    st.lists(st.one_of(names, happenings(st.just({}))), min_size=2, max_size=3),
    st.one_of(st.just({}), st.fixed_dictionaries({"within": spans})),
)
facts = st.one_of(
    st.fixed_dictionaries({"person.f": comparisons}), st.fixed_dictionaries({"person.d": times}), st.fixed_dictionaries({"person.g": sizes})
)
mays = st.sampled_from([{"may": {"by": "email", "purpose": "news"}}, {"may": {"by": ["sms", "email"], "purpose": "ads"}}])
conds = st.recursive(
    st.one_of(facts, dids(), dids(), summaries(), summaries(), sequences, mays),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=4,
)
persons = st.integers(0, 2)
ages = st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(hours=5), timedelta(days=1), timedelta(days=3), timedelta(days=13)])
event = st.tuples(
    persons,
    names,
    st.fixed_dictionaries({}, optional={"x": values, "y": values, "t": dates, "r": st.sampled_from([0.1, 0.2, 10, "10.0001", "?"])}),
    ages,
)
steps = st.one_of(
    st.tuples(st.just("events"), st.lists(event, min_size=1, max_size=4)),
    st.tuples(st.just("events"), st.lists(event, min_size=1, max_size=4)),
    st.tuples(
        st.just("fact"),
        persons,
        st.one_of(
            st.tuples(st.just("f"), values),
            st.tuples(st.sampled_from(["d", "e"]), dates),
            st.tuples(st.just("g"), st.sampled_from([1, 2, "2.5", "a"])),
        ),
    ),
    st.tuples(
        st.just("consent"),
        persons,
        st.sampled_from(["email", "sms"]),
        st.sampled_from(["news", "ads"]),
        st.sampled_from(["granted", "withdrawn"]),
    ),
    st.tuples(st.just("lake")),
    st.tuples(
        st.just("clock"),
        st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=9)]),
    ),
)


class Life:
    """Plays steps on both: the tables, and the yardstick's lists."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.now = NOW
        self.ids = people(workspace, 3)
        self.known = [Person() for _ in self.ids]
        self.numbers = itertools.count()

    def play(self, kind, *what):
        if kind == "events":
            happened(self.workspace, [(self.ids[who], name, properties, age) for who, name, properties, age in what[0]], self.now)
            for who, name, properties, age in what[0]:
                self.known[who].events.append((self.now - age, next(self.numbers), name, properties))
        elif kind == "fact":
            who, (key, value) = what
            learned(self.workspace, [(self.ids[who], key, value)], self.now)
            self.known[who].facts[key] = value
        elif kind == "consent":
            who, channel, purpose, state = what
            allowed(self.workspace, self.ids[who], channel, purpose, state, self.now)
            (self.known[who].consents.add if state == "granted" else self.known[who].consents.discard)((channel, purpose))
        elif kind == "lake":
            self.fill_the_lake()
        else:
            self.now += what[0]

    def fill_the_lake(self):
        while LakeFollower(events=1).follow(workspace=self.workspace, now=self.now):
            pass

    def turn(self):
        follow(self.workspace, self.now)
        while tasks.recheck(self.workspace, self.now, most=2):
            follow(self.workspace, self.now)


some_rules = given(conds, conds, st.lists(steps, min_size=1, max_size=8), st.integers(0, 8))


@pytest.mark.first
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
@settings(max_examples=drawn(18), deadline=None, suppress_health_check=list(HealthCheck))
@some_rules
def test_plain_python_and_following_and_the_full_count_agree(first, second, play, when):
    agree(first, second, play, when)


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.django_db(transaction=True)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@some_rules
def test_they_agree_on_many_more_rules(first, second, play, when):
    agree(first, second, play, when)


def agree(first, second, play, when):
    """Play a life, and ask each way who is in; the last step comes after every change was followed."""
    workspace = create_workspace(name=f"random-{next(NUMBERS)}", clock_at=NOW)
    life = Life(workspace)
    rules = {"one": first, "two": {"any": [{"all": [{"in": "one"}, second]}, {"all": [{"not": {"in": "one"}}, {"not": second}]}]}}
    for number, step in enumerate([*play, ("clock", timedelta(0))]):
        if number == min(when, len(play)):
            for name, where in rules.items():
                actions.save_segment(workspace=workspace, name=name, source_yaml=json.dumps({"where": where}), now=life.now)
        life.play(*step)
        life.turn()
    expected = {name: set() for name in rules}
    for name, where in rules.items():
        for who, known in zip(life.ids, life.known, strict=True):
            if holds(where, known, life.now):
                known.segments.add(name)
                expected[name].add(who)
    kept = {name: set(queries.members(workspace, name)) for name in rules}
    assert kept == expected
    for name in rules:
        segment = queries.segment(workspace, name)
        assert segment.size == len(expected[name])
        assert actions.sweep(workspace=workspace, segment=segment, now=life.now) == 0
    life.fill_the_lake()
    for name in rules:
        assert actions.sweep(workspace=workspace, segment=queries.segment(workspace, name), now=life.now) == 0
