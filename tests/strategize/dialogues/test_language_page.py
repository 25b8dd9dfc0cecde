from pathlib import Path

import pytest
from ruamel.yaml import YAML

from duologue.strategize.dialogues.rules import parts, read, triggers, words

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "language.md").read_text()
BLOCKS = [block.partition("```")[0] for block in PAGE.split("```yaml\n")[1:]]


@pytest.mark.parametrize(
    "word",
    sorted({*read.KEYS, *words.ALL_KEYS, *words.RESPONSES, *words.INTENTS, *triggers.TRIGGER_KEYS, *parts.ROOTS, *parts.MOMENT_KEYS}),
)
def test_every_word_of_the_language_is_on_its_page(word):
    assert any(f"{mark}{word}" in PAGE for mark in "` [{,")


def test_the_first_dialogue_on_the_page_can_be_read():
    assert read.read_dialogue(BLOCKS[0]).dialogue == "win-back"


def test_all_examples_on_the_page_are_yaml():
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        assert YAML(typ="safe", pure=True).load(block)
