from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.engage.care.actions import save_care
from duologue.engage.channels.actions import save_relay
from duologue.engage.conversations import queries
from duologue.engage.conversations.actions import NewHandOver, Refused, answer, assign, close, hand_over, hand_over_all
from duologue.engage.conversations.models import Conversation, Entry
from duologue.engage.conversations.personal import ConversationData
from duologue.engage.conversations.replies import NewReply, take_in_reply
from duologue.engage.conversations.tasks import tell_overdue
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.tasks import send_due
from duologue.people.consent.actions import suppress
from duologue.people.consent.queries import standing
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.profiles.actions import add
from duologue.platform.staff.models import Staff

HOUR = timedelta(hours=1)
CARE = 'hours: "Mo-Fr 08:00-16:00"\ntargets: {complaint: 4h, question: 8h}\n'


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


def test_no_answer_where_no_address_may_be_used_and_one_that_works_is_taken(workspace, anna, now):
    one = hand_over(workspace=workspace, person=anna, profile=anna, team="care", now=now)
    suppress(workspace=workspace, channel="email", addresses=["anna@people.example"], reason="hard_bounce", now=now)
    with pytest.raises(Refused, match=r"^The e-mail address of this person is not to be used any more: .* reach them another way\.$"):
        answer(workspace=workspace, conversation=one, text="Hello", now=now)
    assert not Entry.within(workspace).exists()
    attach(workspace=workspace, identifiers=[NewIdentifier(anna, "email", "a@work.example", "a@work.example")], now=now - HOUR)
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    answer(workspace=workspace, conversation=one, text="Hello", now=now)
    send_due(workspace, now)
    assert Delivery.within(workspace).values_list("state", "address").get() == ("accepted", "a@work.example")


def test_the_list_takes_one_query_however_long_and_goes_on_where_it_stopped(workspace, now):
    profiles = add(workspace=workspace, seen_at=[now] * 3)
    hand_over_all(workspace=workspace, hand_overs=[NewHandOver(p, p, "care", pause="none") for p in profiles], now=now)
    with CaptureQueriesContext(connection) as made:
        lines = queries.inbox(workspace)
    assert (len(made), len(lines)) == (1, 3)
    rest = queries.inbox(workspace, after=(queries.LAST, lines[0].opened_at, lines[0].id))
    assert [line.id for line in rest] == [line.id for line in lines[1:]]
    assert queries.open_counts(workspace, now).by_team == {"care": 3}


def test_what_is_due_first_stands_first_and_an_answer_takes_its_time_away(workspace, anna, now):
    """Noon on a Monday: a complaint is due by four, a question the day after, a hand-over when its dialogue says."""
    save_care(workspace=workspace, source=CARE, now=now)
    asks, complains, handed = add(workspace=workspace, seen_at=[now] * 3)
    for person, intent in ((asks, "question"), (complains, "complaint"), (anna, "thanks")):
        take_in_reply(workspace=workspace, reply=NewReply(person, person, "email", "Hm.", intent), origin=None, now=now)
    hand_over(workspace=workspace, person=handed, profile=handed, team="care", due_at=now + HOUR, pause="none", now=now)
    lines = queries.inbox(workspace)
    assert [(line.person, line.due_at and line.due_at - now) for line in lines] == [
        (handed, HOUR), (complains, 4 * HOUR), (asks, timedelta(days=1)), (anna, None),
    ]  # fmt: skip
    assert [late.conversation for late in queries.late(workspace, now + 5 * HOUR)] == [lines[0].id, lines[1].id]
    assert queries.open_counts(workspace, now + 5 * HOUR).late == 2
    assert Conversation.within(workspace).get(pk=lines[0].id).answer_by is None
    attach(workspace=workspace, identifiers=[NewIdentifier(complains, "email", "c@people.example", "c@people.example")], now=now)
    answer(workspace=workspace, conversation=lines[1].id, text="We are sorry.", now=now)
    assert {line.person for line in queries.inbox(workspace) if line.due_at is None} == {anna, complains}
    take_in_reply(workspace=workspace, reply=NewReply(complains, complains, "email", "Still?", "question"), origin=None, now=now + HOUR)
    assert queries.late(workspace, now + timedelta(days=2))[-1].since == now + timedelta(days=1, hours=1)


def test_who_answers_takes_it_and_whoever_comes_too_late_is_told(workspace, anna, now):
    imogen, ben = (Staff.objects.create_user(f"{name}@shop.example", name=name.capitalize()) for name in ("imogen", "ben"))
    take_in_reply(workspace=workspace, reply=NewReply(anna, anna, "email", "Where is it?", "question"), origin=None, now=now)
    one = Conversation.within(workspace).get()
    seen = Entry.within(workspace).get().pk
    answer(workspace=workspace, conversation=one.pk, text="On its way.", staff=imogen, seen=seen, now=now)
    with pytest.raises(Refused, match=r"^Imogen answered while this was written"):
        answer(workspace=workspace, conversation=one.pk, text="It is on its way.", staff=ben, seen=seen, now=now)
    with pytest.raises(Refused, match=r"^You answered already"):
        answer(workspace=workspace, conversation=one.pk, text="On its way.", staff=imogen, seen=seen, now=now)
    assert Delivery.within(workspace).filter(conversation_id=one.pk).count() == 1
    assert [line.assigned for line in queries.inbox(workspace, whose=imogen.pk)] == ["Imogen"]
    assert queries.inbox(workspace, whose=queries.NOBODY) == []
    with pytest.raises(Refused, match=r"^Imogen has taken it meanwhile"):
        assign(workspace=workspace, conversation=one.pk, to=ben, was=None)
    assign(workspace=workspace, conversation=one.pk, to=ben, was=imogen.pk)
    counts = queries.open_counts(workspace, now, ben.pk)
    assert (counts.mine, counts.nobodys) == (1, 0)


def test_erasing_leaves_an_empty_row(workspace, anna, now):
    one = hand_over(workspace=workspace, person=anna, profile=anna, team="care", brief="Secret", now=now)
    answer(workspace=workspace, conversation=one, text="We are sorry.", now=now)
    assert ConversationData().export(workspace=workspace, profiles=[anna])["entries"][0]["text"] == "We are sorry."
    ConversationData().erase(workspace=workspace, profiles=[anna], now=now)
    left = ConversationData().export(workspace=workspace, profiles=[anna])
    assert (left["entries"], left["conversations"][0]["brief"]) == ([], "")
