from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.conversations import queries
from duologue.engage.conversations.actions import NewHandOver, Refused, answer, close, hand_over, hand_over_all
from duologue.engage.conversations.models import Conversation, Entry
from duologue.engage.conversations.personal import ConversationData
from duologue.engage.conversations.tasks import tell_overdue
from duologue.engage.messages.models import Delivery
from duologue.people.consent.queries import standing
from duologue.people.profiles.actions import add

HOUR = timedelta(hours=1)


def test_handing_over_pauses_and_closing_lifts(workspace, anna, told, now):
    one = hand_over(
        workspace=workspace, person=anna, profile=anna, team="care", brief="Call her", priority="urgent", due_at=now + HOUR, now=now
    )
    assert standing(workspace, [anna])[anna].paused(now)
    row = Conversation.within(workspace).get(pk=one)
    assert (row.state, row.held_by, row.team, row.priority, row.due_at) == ("open", "human", "care", 1, now + HOUR)
    close(workspace=workspace, conversation=one, outcome="solved", now=now)
    assert not standing(workspace, [anna])[anna].paused(now)
    assert told() == ["Conversation Opened", "Conversation Closed"]


def test_handing_over_again_keeps_one_conversation(workspace, anna, now):
    first = hand_over(workspace=workspace, person=anna, profile=anna, team="care", pause="none", now=now)
    assert not standing(workspace, [anna])[anna].paused(now)
    assert hand_over(workspace=workspace, person=anna, profile=anna, team="sales", pause="none", now=now) == first
    assert Conversation.within(workspace).get().team == "sales"


def test_many_are_handed_over_in_as_many_statements_as_one(workspace, now):
    counts = []
    for size in (1, 1, 30):  # the first also makes the month's partition
        profiles = add(workspace=workspace, seen_at=[now] * size)
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            done = hand_over_all(workspace=workspace, hand_overs=[NewHandOver(p, p, "care", pause="none") for p in profiles], now=now)
        assert set(done) == set(profiles)
        counts.append(len(queries_made))
    assert counts[1] == counts[2]


def test_overdue_is_told_once(workspace, anna, told, now):
    hand_over(workspace=workspace, person=anna, profile=anna, team="care", due_at=now + HOUR, now=now)
    assert queries.next_overdue(workspace) == now + HOUR
    assert tell_overdue(workspace, now) == 0
    assert tell_overdue(workspace, now + HOUR) == 1
    assert tell_overdue(workspace, now + HOUR) == 0
    assert queries.next_overdue(workspace) is None
    assert told()[-1] == "Conversation Overdue"


def test_an_answer_is_planned_as_a_service_message(workspace, anna, now):
    one = hand_over(workspace=workspace, person=anna, profile=anna, team="care", now=now)
    planned = Delivery.within(workspace).get(pk=answer(workspace=workspace, conversation=one, text="We are sorry.", now=now))
    assert (planned.kind, planned.basis, planned.state, planned.conversation_id) == ("service", "contract", "queued", one)
    assert Entry.within(workspace).get().direction == "out"


def test_no_answer_where_no_address_is_known(workspace, now):
    (nobody,) = add(workspace=workspace, seen_at=[now])
    one = hand_over(workspace=workspace, person=nobody, profile=nobody, team="care", now=now)
    with pytest.raises(Refused, match="No e-mail address"):
        answer(workspace=workspace, conversation=one, text="Hello", now=now)


def test_the_list_takes_one_query_however_long_and_goes_on_where_it_stopped(workspace, now):
    profiles = add(workspace=workspace, seen_at=[now] * 3)
    hand_over_all(workspace=workspace, hand_overs=[NewHandOver(p, p, "care", pause="none") for p in profiles], now=now)
    with CaptureQueriesContext(connection) as made:
        lines = queries.inbox(workspace)
    assert (len(made), len(lines)) == (1, 3)
    rest = queries.inbox(workspace, before=(lines[0].touched_at, lines[0].id))
    assert [line.id for line in rest] == [line.id for line in lines[1:]]
    assert queries.open_counts(workspace).by_team == {"care": 3}


def test_erasing_leaves_an_empty_row(workspace, anna, now):
    one = hand_over(workspace=workspace, person=anna, profile=anna, team="care", brief="Secret", now=now)
    answer(workspace=workspace, conversation=one, text="We are sorry.", now=now)
    assert ConversationData().export(workspace=workspace, profiles=[anna])["entries"][0]["text"] == "We are sorry."
    ConversationData().erase(workspace=workspace, profiles=[anna], now=now)
    left = ConversationData().export(workspace=workspace, profiles=[anna])
    assert (left["entries"], left["conversations"][0]["brief"]) == ([], "")
