"""The letter that asks for a yes says what for, who asks, and what the brand commits itself to; its web version says the same later on."""

import email
import email.policy
import re
from dataclasses import replace

import pytest

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import read_book
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.actions import plain_letter
from duologue.engage.messages.keeping import web_version
from duologue.people.consent.actions import save_purpose

BOOK = """
name: Tea & Post
senders: {email: {name: May, address: may@tea.example}}
footer: Tea & Post, 3 Mill Lane
commitments:
  - {says: We write once a month at most, at_most: 1, within: 30d}
  - Every letter has a person behind it.
"""
OWN = "message: own\nsubject: 'Sure: {{ consent.title }}?'\nbody: |\n  {{ consent.about }} {{ consent.promised }}\n\n  [Yes]({{ survey.link }})\n"
PROMISED = "We write once a month at most. Every letter has a person behind it."


@pytest.fixture
def tea(shop, now):
    save_book(workspace=shop, book=read_book(BOOK), now=now)
    save_purpose(workspace=shop, name="letter", title="The tea letter", about="What we pick & why.")
    save_purpose(workspace=shop, name="voices", title="Showing what you say", about="With your first name.", shows=True)
    return shop


def left(shop):
    mail = email.message_from_bytes(bytes(KeptMail.within(shop).order_by("-pk").first().content), policy=email.policy.default)
    return mail["From"], mail["Subject"], " ".join(mail.get_body(("plain",)).get_content().split())


def send(shop, now, planned):
    [number] = actions.plan(workspace=shop, deliveries=[planned], now=now)
    assert tasks.send_due(shop, now) == 1
    return number


@pytest.mark.parametrize("turn", ["ask", "agree"])
def test_our_own_letters_name_the_purpose_and_what_can_be_counted_on(tea, person, delivery, now, turn):
    ann = person(1)
    own = delivery(ann, message=None, turn="ask", consent="letter", basis="confirmation", purpose="letter", survey=None)
    twice = replace(plain_letter("agree", ann, ann, now, now), consent="letter", purpose="letter")
    number = send(tea, now, own if turn == "ask" else twice)
    sender, subject, text = left(tea)
    assert (sender, "The tea letter" in subject) == ("May <may@tea.example>", True)
    assert [said for said in ("Tea & Post", "The tea letter", "What we pick & why.", PROMISED, "/s/") if said not in text] == []
    assert "a question" not in subject.lower()
    assert web_version(tea, number) is not None


def test_a_german_reads_it_in_german(tea, person, delivery, now):
    ann = person(1, locale="de")
    send(tea, now, delivery(ann, message=None, turn="ask", consent="letter", basis="confirmation", purpose="letter"))
    _, subject, text = left(tea)
    assert subject == "Dürfen wir Ihnen schreiben: The tea letter"
    assert f"Worauf Sie sich verlassen können: {PROMISED}" in text


def test_where_it_is_about_showing_nothing_is_promised_of_letters(tea, person, delivery, now):
    send(tea, now, delivery(person(1), message=None, turn="ask", consent="voices", basis="confirmation", purpose="voices"))
    _, subject, text = left(tea)
    assert subject == "May we show what you gave us?"
    assert ("With your first name." in text, "count on" in text) == (True, False)


def test_a_letter_of_ones_own_says_them_too_and_its_page_keeps_what_it_said(tea, person, delivery, now):
    actions.save_message(workspace=tea, name="own", source=OWN, now=now)
    number = send(tea, now, delivery(person(1), message="own", turn="ask", consent="letter", basis="confirmation", purpose="letter"))
    _, subject, text = left(tea)
    assert subject == "Sure: The tea letter?"
    assert PROMISED in text
    save_purpose(workspace=tea, name="letter", title="Daily offers", about="Every day!")
    page = re.sub(r"\s+", " ", web_version(tea, number))
    assert "What we pick &amp; why." in page
    assert "Every day!" not in page
