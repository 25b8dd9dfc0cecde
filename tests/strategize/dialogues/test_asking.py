"""Which questions are asked: never what is known, where a survey asks bit by bit or a question says so."""

from datetime import UTC, datetime

import pytest

from duologue.strategize.dialogues.rules.asking import asked
from duologue.strategize.dialogues.rules.survey import read_survey

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUESTIONS = """
questions:
  drinks: {ask: What?, options: [green, black], fills: {fact: person.drinks}}
  recipes: {ask: Recipes?, options: {"yes": Yes please, "no": No}, fills: {topic: recipes}, skip_if_known: true}
  often: {ask: How often?, kind: number, when: {answer.recipes: "yes"}}
  walks: {ask: Walks?, options: ["yes", "no"], fills: {topic: walks}}
"""


@pytest.mark.parametrize(
    ("facts", "bit_by_bit", "at_once"),
    [
        ({}, ["drinks", "recipes", "walks"], ["drinks", "recipes", "walks"]),
        ({"drinks": "green"}, ["recipes", "walks"], ["drinks", "recipes", "walks"]),
        ({"topic.recipes": True}, ["drinks", "often", "walks"], ["drinks", "often", "walks"]),
        ({"topic.recipes": False, "topic.walks": False}, ["drinks"], ["drinks", "walks"]),
    ],
)
def test_what_is_known_is_not_asked_and_counts_as_its_answer(facts, bit_by_bit, at_once):
    assert asked(read_survey(f"survey: a\nat_once: 9{QUESTIONS}"), {}, facts, NOW) == bit_by_bit
    assert asked(read_survey(f"survey: a{QUESTIONS}"), {}, facts, NOW) == at_once
