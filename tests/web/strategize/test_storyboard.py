"""The storyboard shows all that is signed: every turn with its waits, every word in each language and variant, and who signs."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from duologue.engage.messages.actions import save_message
from duologue.people.consent.actions import save_purpose
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey

LONG = " ".join(f"word{number}" for number in range(120))
HELLO = f"""
message: hello
purpose: news
email:
  subject: Hello {{{{ person.called }}}}
  preview: From the hill
  body: |
    Dear {{{{ person.called }}}},

    {LONG}

    [Our shop](https://shop.example)
fallback: {{person.called: you}}
variants:
  short: {{subject: Only a word, body: "Nothing *but* a word."}}
locales:
  de: {{subject: Guten Tag, body: "Ein langer Brief."}}
"""
SURVEY = "survey: taste\nquestions:\n  tea: {ask: Which tea?, why: To send the right one, options: [green, black]}\n  more: {ask: Anything else?, kind: text}\n"
PLAN = """
dialogue: spring
about: A word in spring
purpose: news
starts: {by_hand: true}
goal: {event: Order Completed, within: 14d}
turns:
  first: {say: hello, by: [email], listen: [{clicked: any, then: rest}, {silence: 3d, then: rest}], note: Ask Rose}
  rest: {wait: 2w, then: ask}
  ask: {ask: taste, by: [email], listen: [{answered: any, then: care}, {silence: 5d, then: end}]}
  care: {hand_over: tea-team, within: 4h, listen: [{closed: any, then: end}, {overdue: any, then: end}]}
"""


@pytest.fixture
def board(workspace, owner):
    save_purpose(workspace=workspace, name="news", title="News")
    at = now(workspace)
    save_message(workspace=workspace, name="hello", source=HELLO, now=at)
    save_survey(workspace=workspace, survey=read_survey(SURVEY), now=at)
    save_draft(workspace=workspace, name="spring", source=PLAN)
    publish(workspace=workspace, name="spring", now=at, pins={"messages": {"hello": 1}, "surveys": {"taste": 1}})
    save_message(workspace=workspace, name="hello", source=HELLO.replace("Only a word", "Never signed"), now=at)
    html = owner.get(reverse("strategize:storyboard", args=[workspace.name, "spring"])).content.decode()
    paper = html[html.index('<div class="storyboard">') : html.index("Print and sign")]
    return re.sub(r"\s+", " ", strip_tags(paper))


def test_every_turn_stands_there_with_what_it_waits_for(board):
    places = [board.index(f"{number}. {name}") for number, name in enumerate(("first", "rest", "ask", "care"), 1)]
    assert places == sorted(places)
    for said in (
        "three days",
        "two weeks",
        "five days",
        "four hours",
        "Note: Ask Rose",
        "tea-team",
        "A word in spring",
        "Order Completed",
        "version 1",
    ):
        assert said in board


def test_every_word_stands_there_in_each_language_and_variant(board):
    assert LONG in board  # the script above it shows the first words alone
    for said in (
        "Hello their name",
        "From the hill",
        "variant short",
        "Only a word",
        "Nothing but a word.",
        "German",
        "Guten Tag",
        "Ein langer Brief.",
    ):
        assert said in board
    for said in ("Which tea?", "Why: To send the right one", "green · black", "Anything else?"):
        assert said in board
    assert "Never signed" not in board  # the version in force says what it was published with
    assert "{{" not in board


def test_there_is_room_for_who_signs(board):
    assert re.search(r"Approved by\s*Date", board)
