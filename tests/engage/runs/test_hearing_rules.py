from datetime import UTC, datetime

import pytest

from duologue.engage.runs.rules.hearing import for_any_run, heard, listens_for, matters
from duologue.people.timeline.queries import EventRow
from duologue.strategize.dialogues.rules.plan import Goal, Line, Plan, Turn

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def event(name, **properties):
    return EventRow(1, 1, 1, 1, 0, NOW, NOW, name, properties, "shop", None, None)


@pytest.mark.parametrize(
    ("what", "means"),
    [
        (event("Message Sent", channel="email"), [("accepted", None)]),
        (event("Message Withheld", reason="perk_gone"), [("withheld", "perk_gone")]),
        (event("Message Failed", reason="no_such_box"), [("failed", "no_such_box")]),
        (event("Message Bounced", severity="hard", reason="no_such_box"), [("failed", "no_such_box")]),
        (event("Message Bounced", severity="soft"), []),
        (event("Message Opened"), []),
        (event("Message Confirmed"), []),
        (event("Link Clicked", human="true", footer=False, link="shop"), [("clicked", "shop")]),
        (event("Link Clicked", human="unknown", footer=False, link="shop"), []),
        (event("Link Clicked", human="true", footer=True, link="unsubscribe"), []),
        (event("Message Replied", intent="yes"), [("replied", "yes"), ("event", "Message Replied")]),
        (event("Survey Answered", survey="why", answers={}), [("answered", "why"), ("event", "Survey Answered")]),
        (event("Perk Redeemed", offer="ten"), [("redeemed", "ten"), ("event", "Perk Redeemed")]),
        (event("Segment Left", segment="good"), [("left", "good")]),
        (event("Consent Withdrawn", purpose="news"), [("refused", "news"), ("event", "Consent Withdrawn")]),
        (event("Conversation Closed", outcome="solved"), [("closed", "solved")]),
        (event("Conversation Overdue"), [("overdue", None)]),
        (event("Snoozed"), [("snoozed", None), ("event", "Snoozed")]),
        (event("Order Completed"), [("event", "Order Completed")]),
    ],
)
def test_what_an_event_is_to_a_run(what, means):
    assert [(one.kind, one.value) for one in heard(what)] == means


def test_what_answers_one_run_is_not_heard_by_others():
    assert not for_any_run(event("Link Clicked"))
    assert for_any_run(event("Message Replied"))


def test_a_plan_only_hears_what_it_listens_for():
    turn = Turn(name="a", does="say", listen=(Line("clicked", "clicked: any", "any"), Line("redeemed", "redeemed: ten", "ten")))
    wanted = listens_for(Plan(dialogue="d", purpose="p", start="a", turns={"a": turn}, goal=Goal("Order Completed")))
    heard_by = lambda **more: [matters(one, wanted) for one in heard(event(**more))]  # noqa: E731
    assert heard_by(name="Order Completed") == [True]
    assert heard_by(name="Product Viewed") == [False]
    assert heard_by(name="Perk Redeemed", offer="ten") == [True, False]
    assert heard_by(name="Perk Redeemed", offer="five") == [False, False]
    assert heard_by(name="Message Failed", reason="x") == [True]
