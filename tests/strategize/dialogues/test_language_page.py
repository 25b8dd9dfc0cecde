from pathlib import Path

import pytest
from ruamel.yaml import YAML

from duologue.strategize.dialogues.rules import parts, read, turns

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "language.md").read_text()
BLOCKS = [block.partition("```")[0] for block in PAGE.split("```yaml\n")[1:]]


@pytest.mark.parametrize(
    "word",
    sorted(
        {*read.KEYS, *turns.ALL_KEYS, *turns.RESPONSES, *turns.NOT_YET_RESPONSES, *turns.INTENTS, *read.TRIGGER_KEYS, *parts.ROOTS}
        - {"with"}
    ),
)
def test_every_word_of_the_language_is_on_its_page(word):
    not_yet = {"call", "occasion", "placement"}
    assert any(f"{mark}{word}" in PAGE for mark in "` [{,") or word in not_yet


def test_the_first_dialogue_on_the_page_can_be_read():
    assert read.read_dialogue(BLOCKS[0]).dialogue == "win-back"


def test_all_examples_on_the_page_are_yaml():
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        assert YAML(typ="safe", pure=True).load(block)
