"""Counting a rule that is not kept yet: the same people as the full count, nothing written, and what stays loaded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from segment_builders import NOW, days, happened, learned, people

from duologue.kit.yaml import Mistakes
from duologue.people.models import Profile
from duologue.people.privacy.actions import erase
from duologue.platform.lake import queries as lake
from duologue.platform.workspaces.actions import create_workspace
from duologue.strategize.segments import actions, history, queries, trying
from duologue.strategize.segments.models import Segment, SegmentMember
from duologue.strategize.segments.rules.read import line_of_segment

ENDLESS = "SELECT sum(hash(a.range + b.range)) FROM range(1000000) a, range(1000000) b"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_is_held(tmp_path, settings):
    settings.LAKE_URL = f"{tmp_path}/lake"
    trying.leave()
    yield
    trying.leave()


def tried(workspace, where, now=NOW):
    rule = actions.checked(workspace=workspace, name="draft", source_yaml=f"where: {where}")
    return trying.try_rule(workspace=workspace, rule=rule, now=now)


def reads_of(monkeypatch):
    """Return a list that grows with each time the lake is looked at."""
    looked, look = [], lake.snapshot
    monkeypatch.setattr(lake, "snapshot", lambda workspace: looked.append(1) or look(workspace))
    return looked


@pytest.mark.parametrize(
    "where",
    [
        "{person.country: DE}",
        "{did: {event: A, times: {at_least: 2}, within: 30d}}",
        "{not: {did: {event: A}}}",
        "{sum: {event: A, of: n}, over: 3}",
        "{all: [{person.country: {known: true}}, {last: {event: A}, before: 5d}]}",
    ],
)
def test_it_picks_whom_the_full_count_picks_and_keeps_nothing(workspace, where):
    one, two, three = people(workspace, 3)
    happened(workspace, [(one, "A", {"n": 1}, days(40)), (two, "A", {"n": 3}, days(6))])
    history.LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    happened(workspace, [(two, "A", {"n": 2}, days(7)), (three, "B", {}, days(1))])
    learned(workspace, [(one, "country", "DE"), (two, "country", "FR")])
    found = tried(workspace, where)
    assert not Segment.within(workspace).exists()
    assert not SegmentMember.within(workspace).exists()
    segment = actions.save_segment(workspace=workspace, name="kept", source_yaml=f"where: {where}", now=NOW)
    actions.sweep(workspace=workspace, segment=segment, now=NOW)
    members = queries.members(workspace, "kept")
    assert (found.people, found.of, sorted(found.some)) == (len(members), 3, members)


def test_other_words_about_the_same_are_counted_without_reading_again(workspace, monkeypatch):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {"n": 1}, days(40)), (two, "A", {"n": 5}, days(20))])
    looked = reads_of(monkeypatch)
    assert tried(workspace, "{did: {event: A, within: 60d}}").people == 2
    assert tried(workspace, "{did: {event: A, within: 30d}}").people == 1
    assert tried(workspace, "{not: {did: {event: A, within: 30d}}}").people == 1
    assert len(looked) == 1
    assert tried(workspace, "{did: {event: A, within: 90d, where: {n: 5}}}").people == 1
    assert len(looked) == 2  # another property, and further back


def test_what_was_loaded_is_read_anew_after_a_minute_for_others_and_in_another_workspace(workspace):
    other_workspace = create_workspace(name="other", title="Other", clock_at=NOW.isoformat())
    people(workspace, 2)
    people(other_workspace, 3)
    everybody = "{not: {did: {event: A}}}"
    assert tried(workspace, everybody).of == 2
    people(workspace, 1)
    assert tried(workspace, everybody).of == 2
    assert tried(workspace, everybody, NOW + timedelta(seconds=61)).of == 3
    assert tried(other_workspace, everybody).of == 3
    assert tried(workspace, everybody).of == 3


def test_what_takes_too_long_says_so_and_leaves_nothing_behind(workspace, monkeypatch, settings, tmp_path):
    people(workspace, 1)
    settings.DATA = replace(settings.DATA, path=tmp_path)  # where nobody else counts
    monkeypatch.setattr(trying, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(trying, "load", lambda scratch, *_: scratch.duck.execute(ENDLESS))
    with pytest.raises(trying.NotCounted, match="takes longer"):
        tried(workspace, "{person.country: DE}")
    assert list((tmp_path / "run").iterdir()) == []


def test_one_that_spark_counts_is_left_to_it(workspace, settings):
    settings.ENGINE_URL = "spark://nowhere"
    with pytest.raises(trying.NotCounted, match="its own engine"):
        tried(workspace, "{person.country: DE}")


def test_a_segment_that_is_not_there_is_refused_on_its_line(workspace):
    actions.save_segment(workspace=workspace, name="staff", source_yaml="where: {person.staff: true}", now=NOW)
    source = "about: Others\nwhere:\n  all:\n    - {person.country: DE}\n    - {not: {in: staf}}\n"
    with pytest.raises(Mistakes, match=r"segments/others.yaml:5: There is no segment 'staf'; did you mean 'staff'\?"):
        actions.checked(workspace=workspace, name="others", source_yaml=source)
    assert line_of_segment(source, "nobody") == 1


@pytest.mark.parametrize(("where", "left"), [("{did: {event: A}}", [2]), ("{not: {did: {event: B}}}", [2]), ("{person.country: DE}", [])])
def test_who_was_erased_is_neither_picked_nor_counted_though_somebody_tells_of_them_later(workspace, where, left):
    one, two, again = people(workspace, 3)
    Profile.within(workspace).filter(pk=again).update(person=one)
    learned(workspace, [(one, "country", "DE")])
    happened(workspace, [(one, "A", {}, days(3)), (again, "A", {}, days(3)), (two, "A", {}, days(3))])
    history.LakeFollower(events=1).follow(workspace=workspace, now=NOW)
    erase(workspace=workspace, person=one, now=NOW)
    happened(workspace, [(one, "A", {}, days(1)), (again, "A", {}, days(1))])
    found = tried(workspace, where)
    assert (found.people, found.of, list(found.some)) == (len(left), 1, [two] if left else [])
