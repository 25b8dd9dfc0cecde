"""How events, messages and rules read on screen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from duologue.strategize.segments.rules.read import read_segment
from duologue.web.people.telling import Names, products_in, surveys_in, told
from duologue.web.strategize.sayings import buttons, first_words
from duologue.web.strategize.script import hours
from duologue.web.strategize.wording import rule_in_words
from duologue.web.templatetags.look import ending, initials, spans, words

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def event(name, **properties):
    return {"id": 1, "at": AT, "name": name, "properties": properties, "source": "shop", "delivery": None}


@pytest.mark.parametrize(
    ("event", "head", "text"),
    [
        (
            event("Perk Issued", perk=1, offer="five-off", expires_at="2026-02-01T08:00:00+00:00"),
            "Was given",
            "five off, good until 1 Feb 2026",
        ),
        (event("Perk Expired", perk=1, offer="five-off", expires_at="2026-02-01T08:00:00+00:00"), "Perk ran out", "five off"),
        (event("Conversation Opened", team="care", intent="", conversation=4), "Waits for a human", "care"),
        (event("Conversation Closed", team="care", outcome="solved", seq=3), "The conversation was closed", "solved"),
        (event("Segment Joined", segment="big-spenders"), "Joined the segment", "big spenders"),
        (event("Consent Granted", purpose="promotions", channel="email"), "allowed", "promotions by e-mail"),
        (
            event("Order Completed", products=[{"product_id": "C"}, {"product_id": "C"}, {"name": "Card"}], revenue=26.5, currency="GBP"),
            "ordered",
            "2 \N{MULTIPLICATION SIGN} Candle, Card · £26.50",
        ),
        (event("Survey Answered", survey="why", answers={"reason": "moved"}), "answered", "I moved away"),
        (
            event("Survey Answered", survey="why", answers={"reason": ["moved", "new"], "else": 3}),
            "answered",
            "I moved away or new, else: 3",
        ),
        (event("Perk Redeemed", perk=1, offer="ten-percent", order="75-d59", worth=96), "redeemed", "ten percent, order 75-d59"),
        (
            event("Page Viewed", path="/jug", title="Stoneware jug", referrer="https://s.example/"),
            "looked at",
            "Stoneware jug, from https://s.example/",
        ),
        (event("Consent Granted", purpose="voices", channel="public"), "allowed", "voices to everybody"),
        (event("Page Viewed", path="/jug"), "looked at", "/jug"),
        (event("Survey Answered", survey="gone", answers={"reason": "moved"}), "answered", "reason: moved"),
        (event("Order Completed", revenue="many", currency="XXY"), "ordered", "many XXY"),
    ],
)
def test_events_are_told_in_words(event, head, text):
    [one] = told([event], "Europe/London", Names({"C": "Candle"}, {"why": {"reason": {"moved": "I moved away"}}}))
    assert (one.head, one.text) == (head, text)


def test_the_brands_own_name_is_no_fact_and_as_a_signature_is_left_out():
    said = first_words("{{ brand.name }} has a word for {{ person.called }}.\n\n{{ brand.name }}\n")
    assert [(piece.text, piece.personal) for piece in said] == [
        ("our name", False),
        (" has a word for ", False),
        ("their name", True),
        (".", False),
    ]


def test_products_are_asked_for_where_no_name_came_along():
    events = [
        event("Order Completed", products=[{"product_id": "A"}, {"product_id": "B", "name": "Bee"}]),
        event("Snoozed", products="odd"),
    ]
    assert products_in(events) == {"A"}
    assert surveys_in([event("Survey Answered", survey="why"), event("Snoozed", survey="other"), event("Survey Answered")]) == {"why"}


def test_a_message_is_quoted_without_its_buttons_and_signature():
    text = "Dear {{ person.first_name }},\n\nit **has** been a while.\n\n[Show me](https://shop.example)\n\nAda\n"
    said = [(piece.text, piece.personal) for piece in first_words(text)]
    assert said == [("Dear ", False), ("first name", True), (", it has been a while.", False)]
    assert buttons(text) == ("Show me",)


def test_a_rule_reads_as_sentences():
    source = """\
segment: quiet
where:
  all:
    - did: {event: Order Completed, within: 730d, times: {at_least: 2}}
    - not: {did: {event: Order Completed, within: 180d}}
"""
    from duologue.strategize.segments.rules import tree

    said = rule_in_words(tree.to_json(read_segment(source, "quiet.yaml")))
    assert [part.text for part in said.parts] == [
        "did “Order Completed” at least 2 times in the last 730 days",
        "did not do “Order Completed” in the last 180 days",
    ]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (ending("goal"), "reached the goal"),
        (ending("withheld: no_consent"), "not sent (no consent)"),
        (spans("after 180d"), "after 180 days"),
        (spans("1w"), "1 week"),
        (words("email"), "e-mail"),
        (words("hard_bounce"), "hard bounce"),
        (hours("Mo-Sa 09:00-20:00"), "Mon to Sat, 09:00 to 20:00"),
        (hours("08:00-21:00"), "08:00 to 21:00"),
        (hours("Mo,We 08:00-21:00"), "Mon,Wed, 08:00 to 21:00"),
        (hours("always"), "always"),
        (initials("yusuf.gibson.224@people.example"), "YG"),
        (initials("Ruth Pemberton"), "RP"),
    ],
)
def test_names_of_the_code_are_written_as_words(shown, expected):
    assert shown == expected
