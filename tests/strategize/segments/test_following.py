from datetime import timedelta

import pytest
from segment_builders import NOW, allowed, days, follow, happened, learned, people

from duologue.people.models import Event
from duologue.people.profiles.actions import merge
from duologue.platform.workspaces.actions import create_workspace
from duologue.strategize.segments import actions, queries, tasks

pytestmark = pytest.mark.django_db(transaction=True)


def saved(workspace, name, yaml):
    segment = actions.save_segment(workspace=workspace, name=name, source_yaml=yaml, now=NOW)
    actions.sweep(workspace=workspace, segment=segment, now=NOW)
    return segment


def told(workspace):
    rows = Event.within(workspace).filter(name__startswith="Segment ").order_by("id")
    return [(row.profile_id, row.name, row.properties["segment"]) for row in rows]


def test_joins_as_events_arrive_and_leaves_as_time_passes(workspace):
    saved(workspace, "buyers", "where: {did: {event: Order Completed, within: 30d}}")
    one, two = people(workspace, 2)
    happened(workspace, [(one, "Order Completed", {}, days(10)), (two, "Cart Updated", {}, days(1))])
    follow(workspace)
    assert queries.members(workspace, "buyers") == [one]
    assert queries.next_recheck(workspace) == NOW + days(20)
    assert tasks.recheck(workspace, NOW + days(20) - timedelta(microseconds=1)) == 0
    assert tasks.recheck(workspace, NOW + days(20)) == 1
    assert queries.members(workspace, "buyers") == []
    assert told(workspace) == [(one, "Segment Joined", "buyers"), (one, "Segment Left", "buyers")]
    assert queries.next_recheck(workspace) is None


def test_those_whose_moment_has_come_are_looked_at_along_with_those_touched(workspace):
    saved(workspace, "buyers", "where: {did: {event: Order Completed, within: 30d}}")
    one, two = people(workspace, 2)
    happened(workspace, [(one, "Order Completed", {}, days(10))])
    follow(workspace)
    happened(workspace, [(two, "Order Completed", {}, days(1))])
    follow(workspace, NOW + days(20))
    assert queries.members(workspace, "buyers") == [two]
    assert set(told(workspace)[1:]) == {(one, "Segment Left", "buyers"), (two, "Segment Joined", "buyers")}
    assert tasks.recheck(workspace, NOW + days(20)) == 0


def test_who_goes_on_is_looked_at_again_early_and_leaves_when_it_is_time(workspace):
    segment = saved(workspace, "buyers", "where: {did: {event: Order Completed, within: 30d}}")
    (one,) = people(workspace, 1)
    happened(workspace, [(one, "Order Completed", {}, days(0))])
    follow(workspace)
    happened(workspace, [(one, "Order Completed", {}, days(0))], NOW + days(10))
    follow(workspace, NOW + days(10))
    assert queries.next_recheck(workspace) == NOW + days(30)  # and not the fortieth day
    assert tasks.recheck(workspace, NOW + days(30)) == 1
    assert queries.members(workspace, "buyers") == [one]
    assert queries.next_recheck(workspace) == NOW + days(40)
    assert tasks.recheck(workspace, NOW + days(40)) == 1
    assert queries.members(workspace, "buyers") == []
    assert actions.sweep(workspace=workspace, segment=segment, now=NOW + days(40)) == 0


def test_the_first_count_is_silent_and_later_ones_mend_nothing(workspace):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "Order Completed", {"revenue": 10.10}, days(1)), (one, "Order Completed", {"revenue": 0.2}, days(2))])
    segment = saved(workspace, "spenders", "where: {sum: {event: Order Completed, of: revenue}, at_least: 10.3}")
    assert queries.members(workspace, "spenders") == [one]
    assert told(workspace) == []
    happened(workspace, [(two, "Order Completed", {"revenue": "10.3"}, days(1))])
    follow(workspace)
    assert told(workspace) == [(two, "Segment Joined", "spenders")]
    assert actions.sweep(workspace=workspace, segment=segment, now=NOW) == 0
    segment.refresh_from_db()
    assert (segment.size, segment.mended) == (2, 0)


def test_a_sweep_mends_what_is_wrong_and_says_how_much(workspace):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {}, days(1))])
    segment = saved(workspace, "a", "where: {did: {event: A}}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duologue.strategize.segments.follower.evaluate", lambda *_: 0)
        happened(workspace, [(two, "A", {}, days(1))])
        follow(workspace)
    assert queries.members(workspace, "a") == [one]
    assert actions.sweep(workspace=workspace, segment=segment, now=NOW) == 1
    assert queries.members(workspace, "a") == [one, two]


def test_people_of_whom_nothing_is_known_can_be_in(workspace):
    saved(workspace, "quiet", "where: {not: {did: {event: Order Completed}}}")
    one, two = people(workspace, 2)
    happened(workspace, [(one, "Page Viewed", {}, days(1)), (two, "Order Completed", {}, days(1))])
    follow(workspace)
    assert queries.members(workspace, "quiet") == [one]
    happened(workspace, [(one, "Order Completed", {}, days(0))])
    follow(workspace)
    assert queries.members(workspace, "quiet") == []


def test_segments_of_segments_follow_in_the_same_pass(workspace):
    saved(workspace, "buyers", "where: {did: {event: Order Completed, within: 30d}}")
    saved(workspace, "german", "where: {person.country: DE}")
    saved(workspace, "german-buyers", "where: {all: [{in: buyers}, {in: german}]}")
    one, two = people(workspace, 2)
    learned(workspace, [(one, "country", "DE"), (two, "country", "FR")])
    happened(workspace, [(one, "Order Completed", {}, days(1)), (two, "Order Completed", {}, days(1))])
    follow(workspace)
    assert queries.members(workspace, "german-buyers") == [one]
    assert queries.memberships(workspace, [one, two], ["buyers", "german-buyers"]) == {one: {"buyers", "german-buyers"}, two: {"buyers"}}
    assert tasks.recheck(workspace, NOW + days(29)) == 2
    assert queries.members(workspace, "german-buyers") == []
    assert queries.memberships(workspace, [one]) == {one: {"german"}}


def test_consent_counts(workspace):
    saved(workspace, "reachable", "where: {may: {by: [email, sms], purpose: news}}")
    one, two = people(workspace, 2)
    allowed(workspace, one, "sms", "news", "granted")
    allowed(workspace, two, "email", "other", "granted")
    follow(workspace)
    assert queries.members(workspace, "reachable") == [one]
    allowed(workspace, one, "sms", "news", "withdrawn", NOW + days(1))
    follow(workspace)
    assert queries.members(workspace, "reachable") == []


def test_merging_adds_up_and_the_lost_person_is_in_no_segment(workspace):
    segment = saved(workspace, "regulars", "where: {count: {event: Order Completed}, at_least: 2}")
    single = saved(workspace, "once", "where: {count: {event: Order Completed}, at_most: 1}")
    one, two = people(workspace, 2)
    happened(workspace, [(one, "Order Completed", {}, days(1)), (two, "Order Completed", {}, days(2))])
    follow(workspace)
    assert queries.members(workspace, "once") == [one, two]
    merge(workspace=workspace, keep=one, lose=two, because="same address", now=NOW)
    follow(workspace)
    assert queries.members(workspace, "regulars") == [one]
    assert queries.members(workspace, "once") == []
    assert [actions.sweep(workspace=workspace, segment=each, now=NOW) for each in (segment, single)] == [0, 0]


def test_a_changed_rule_is_counted_again_by_the_worker(workspace):
    saved(workspace, "a", "where: {did: {event: A}}")
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {}, days(1)), (two, "B", {}, days(1))])
    follow(workspace)
    actions.save_segment(workspace=workspace, name="a", source_yaml="where: {did: {event: B}}", now=NOW)
    assert tasks.recheck(workspace, NOW) == 1
    assert queries.members(workspace, "a") == [two]
    assert told(workspace)[1:] == [(one, "Segment Left", "a"), (two, "Segment Joined", "a")] or told(workspace)[1:] == [
        (two, "Segment Joined", "a"),
        (one, "Segment Left", "a"),
    ]
    assert tasks.recheck(workspace, NOW) == 0


def test_did_without_what_should_have_followed(workspace):
    yaml = "where: {did: {event: Cart Updated, not: {event: Order Completed, within: 7d}}}"
    segment = saved(workspace, "left-carts", yaml)
    one, two, three = people(workspace, 3)
    happened(
        workspace,
        [
            (one, "Cart Updated", {}, days(10)),
            (two, "Cart Updated", {}, days(10)),
            (two, "Order Completed", {}, days(5)),
            (three, "Cart Updated", {}, days(2)),
        ],
    )
    follow(workspace)
    assert queries.members(workspace, "left-carts") == [one]
    assert tasks.recheck(workspace, NOW + days(5)) == 1
    assert queries.members(workspace, "left-carts") == [one, three]
    assert actions.sweep(workspace=workspace, segment=segment, now=NOW + days(5)) == 0


def test_walls_between_workspaces(workspace):

    other = create_workspace(name="other", clock_at=NOW)
    saved(workspace, "a", "where: {did: {event: A}}")
    saved(other, "a", "where: {did: {event: A}}")
    (one,) = people(workspace, 1)
    happened(workspace, [(one, "A", {}, days(1))])
    follow(workspace)
    follow(other)
    assert queries.members(workspace, "a") == [one]
    assert queries.members(other, "a") == []


def test_counting_a_segment_first_counts_those_it_names(workspace):
    one, two = people(workspace, 2)
    happened(workspace, [(one, "A", {}, days(1)), (one, "B", {}, days(1)), (two, "A", {}, days(1))])
    for name, yaml in (
        ("a", "where: {did: {event: A}}"),
        ("a-too", "where: {in: a}"),
        ("not-b", "where: {in: a-too, not: {did: {event: B}}}"),
    ):
        segment = actions.save_segment(workspace=workspace, name=name, source_yaml=yaml, now=NOW)
    assert actions.sweep(workspace=workspace, segment=segment, now=NOW) == 0
    assert [queries.members(workspace, name) for name in ("a", "a-too", "not-b")] == [[one, two], [one, two], [two]]
    assert told(workspace) == []
