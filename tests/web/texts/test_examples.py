"""What a desk offers to begin with, and to put in, is what the readers of the plan folder take."""

from __future__ import annotations

import pytest

from duologue.engage.messages.rules.source import read_message
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.offers.rules import read_offer
from duologue.web.texts import dialogues, messages, offers, surveys


@pytest.mark.parametrize("line", [says for _, says in dialogues.INSERTS])
def test_a_line_fits_below_another(line):
    kept = "" if "silence" in line else "      - {silence: 7d, then: end}\n"
    read_dialogue(dialogues.BEGINNING.replace("      - {silence: 7d, then: end}\n", f"      - {line}\n{kept}"))


@pytest.mark.parametrize("question", [says for _, says in surveys.INSERTS])
def test_a_question_fits_below_another(question):
    assert len(read_survey(surveys.BEGINNING.replace("thanks:", f"  {question}\nthanks:")).questions) == 2


@pytest.mark.parametrize("term", [says for _, says in offers.INSERTS])
def test_a_term_fits_below_another(term):
    read_offer(offers.BEGINNING.replace("limits: {each: 1}\n", f"{term}\n"))


@pytest.mark.parametrize("words", [says for _, says in messages.INSERTS])
def test_words_fit_into_a_letter(words):
    assert words in read_message("thanks", messages.BEGINNING.replace("  thank you", f"  {words}\n  thank you")).email.body
