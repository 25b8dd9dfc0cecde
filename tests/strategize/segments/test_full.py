"""The full count and the lake: what it reads there, what it does not, and files that go while it reads."""

import tracemalloc

import pytest
from django.db import connection
from segment_builders import NOW, days, follow, happened, learned, people

from duologue.people.models import Event
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import merge
from duologue.platform.lake import queries as lake
from duologue.strategize.segments import actions, history, queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lake_folder(tmp_path, settings):
    settings.LAKE_URL = f"{tmp_path}/ada's lake"


def into_the_lake(workspace):
    history.LakeFollower(events=1).follow(workspace=workspace, now=NOW)


def only_the_lake_holds(persons):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_event WHERE profile_id = ANY(%s)", (persons,))


def counted(workspace, where):
    segment = actions.save_segment(workspace=workspace, name="one", source_yaml=f"where: {where}", now=NOW)
    actions.sweep(workspace=workspace, segment=segment, now=NOW)
    return queries.members(workspace, "one")


def test_what_the_lake_holds_is_read_there_and_the_rest_from_postgresql(workspace):
    one, two, three = people(workspace, 3)
    happened(workspace, [(one, "A", {"n": 1}, days(40)), (two, "A", {"n": 3}, days(1)), (three, "B's", {"n": 3}, days(1))])
    into_the_lake(workspace)
    only_the_lake_holds([one, two, three])
    happened(workspace, [(three, "A", {"n": 2}, days(2))])
    assert counted(workspace, "{did: {event: A, where: {n: {over: 1}}}}") == [two, three]
    assert counted(workspace, "{did: {event: A, within: 30d}}") == [two, three]
    assert counted(workspace, "{did: {event: A}}") == [one, two, three]
    assert counted(workspace, "{did: {event: B's}}") == [three]


@pytest.mark.parametrize("where", ["{did: {event: A}}", "{did: {event: A, within: 30d}}", "{all: [{did: {event: A}}, {person.f: gold}]}"])
def test_it_is_counted_alike_where_the_lake_holds_all_and_where_it_does_not(workspace, where):
    one, two, three = people(workspace, 3)
    learned(workspace, [(two, "f", "gold"), (three, "f", "gold")])
    happened(workspace, [(one, "B", {}, days(1)), (two, "A", {}, days(2)), (two, "A", {}, days(1))])
    into_the_lake(workspace)
    only_the_lake_holds([one, two])
    assert counted(workspace, where) == [two], "nothing came since"
    happened(workspace, [(one, "B", {}, days(0))])
    assert counted(workspace, where) == [two], "what came since is not looked at"
    happened(workspace, [(three, "A", {}, days(0))])
    assert counted(workspace, where) == [two, three]


def test_a_rule_about_what_was_left_out_reads_postgresql(workspace):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "Page Viewed", {"name": "Home", "n": 1}, days(1)), (two, "Page Viewed", {"n": 1}, days(1))])
    into_the_lake(workspace)
    assert counted(workspace, "{did: {event: Page Viewed, where: {name: Home}}}") == [one]
    assert counted(workspace, "{did: {event: Page Viewed, where: {name: {known: false}}}}") == [two]
    only_the_lake_holds([one])
    assert counted(workspace, "{did: {event: Page Viewed, where: {n: 1}}}") == [one, two]


def test_who_is_erased_while_it_is_counted_takes_files_away_and_nothing_fails(workspace, monkeypatch):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {}, days(1)), (two, "A", {}, days(1))])
    into_the_lake(workspace)
    look = lake.snapshot
    looks = []

    def look_and_erase(asked):
        found = look(asked)
        looks.append(found)
        if len(looks) == 1:
            erase(workspace=workspace, person=one, now=NOW)
            history.clean_lake(workspace, NOW)
        return found

    monkeypatch.setattr(lake, "snapshot", look_and_erase)
    assert counted(workspace, "{did: {event: A}}") == [two]
    assert set(looks[0].files).isdisjoint(look(workspace).files)


def test_who_was_erased_is_not_among_those_who_did_nothing(workspace):
    one, same, two = people(workspace, 3)
    merge(workspace=workspace, keep=one, lose=same, because="the same", now=NOW)
    erase(workspace=workspace, person=one, now=NOW)
    assert counted(workspace, "{not: {did: {event: A}}}") == [two]
    happened(workspace, [(one, "B", {}, days(0)), (same, "B", {}, days(0)), (two, "B", {}, days(0))])
    follow(workspace)
    assert queries.members(workspace, "one") == [two]


def test_who_was_erased_joins_nothing_though_the_lake_waits_to_be_cleaned(workspace):
    one, same, two = people(workspace, 3)
    happened(workspace, [(one, "B", {}, days(1)), (same, "A", {}, days(1)), (two, "A", {}, days(1))])
    into_the_lake(workspace)
    merge(workspace=workspace, keep=one, lose=same, because="the same", now=NOW)
    edited = actions.save_segment(workspace=workspace, name="edited", source_yaml="where: {did: {event: B}}", now=NOW)
    actions.sweep(workspace=workspace, segment=edited, now=NOW)
    erase(workspace=workspace, person=one, now=NOW)
    assert counted(workspace, "{did: {event: A}}") == [two]
    edited = actions.save_segment(workspace=workspace, name="edited", source_yaml="where: {did: {event: [A, B]}}", now=NOW)
    actions.sweep(workspace=workspace, segment=edited, now=NOW)
    assert queries.members(workspace, "edited") == [two]
    assert set(Event.within(workspace).filter(name="Segment Joined").values_list("profile_id", flat=True)) == {two}


def held_while_counted(workspace, name):
    """Return how many bytes of Python are held at most while a new segment is counted."""
    segment = actions.save_segment(workspace=workspace, name=name, source_yaml="where: {person.f: {known: true}}", now=NOW)
    tracemalloc.start()
    actions.sweep(workspace=workspace, segment=segment, now=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_first_count_holds_nobody_in_python(workspace):
    many = 20_000
    people(workspace, many)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes)
               SELECT workspace_id, id, 'f', '"gold"', 'test', %s, '{}' FROM people_profile WHERE workspace_id = %s""",
            (NOW, workspace.pk),
        )
    held_while_counted(workspace, "warm")  # what is loaded once is not part of it
    assert held_while_counted(workspace, "one") < 32 * many, "a set of their numbers alone would take more"
    assert len(queries.members(workspace, "one")) == many


def test_whoever_is_in_a_segment_from_its_first_count_joins_those_that_name_it(workspace):
    one, _ = people(workspace, 2)
    learned(workspace, [(one, "f", "gold")])
    asking = actions.save_segment(workspace=workspace, name="asking", source_yaml="where: {person.f: silver}", now=NOW)
    actions.sweep(workspace=workspace, segment=asking, now=NOW)
    named = actions.save_segment(workspace=workspace, name="named", source_yaml="where: {person.f: gold}", now=NOW)
    actions.save_segment(workspace=workspace, name="asking", source_yaml="where: {in: named}", now=NOW)
    actions.sweep(workspace=workspace, segment=named, now=NOW)
    assert queries.members(workspace, "asking") == [one]
