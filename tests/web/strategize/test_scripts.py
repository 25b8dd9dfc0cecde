"""Every real and every ready-made dialogue can be put into words."""

from pathlib import Path

import pytest

from duologue.strategize.dialogues import ready
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.web.strategize import script

REAL = sorted((Path(__file__).parents[2] / "data" / "dialogues").glob("*.yaml"))
EXAMPLES = Path(__file__).parents[3] / "docs" / "reference" / "language-examples.md"
TEXTS = [path.read_text() for path in REAL] + [ready.files(name, {})[f"dialogues/{name}.yaml"] for name in ready.names()]
TEXTS += [block.partition("```")[0] for block in EXAMPLES.read_text().split("```yaml\n")[1:]]


@pytest.mark.parametrize("text", TEXTS, ids=[text.split("\n", 1)[0].removeprefix("dialogue: ") for text in TEXTS])
def test_a_dialogue_is_put_into_words(text):
    plan = read_dialogue(text)
    scenes = script.turns(plan, None, {}, {})
    assert [scene.name for scene in scenes] == list(plan.turns)
    assert all(scene.verb and (scene.head or plan.turns[scene.name].does == "branch") for scene in scenes)
    assert all(reply.text and reply.picture for scene in scenes for reply in scene.replies)
    assert script.starts(plan)


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ("{replied: complaint}", "everyone who writes complaint"),
        ("{placement: radio}", "everyone who answers radio"),
        ("{by_hand: true}", "everyone who is chosen by hand"),
        ("[{granted: news}, {event: Sold}]", "everyone who allows news or who does “Sold”"),
        ("{date: person.birthday, every: year}", "everyone on their birthday, each year"),
    ],
)
def test_what_starts_it_is_said(starts, words):
    plan = read_dialogue(f"dialogue: d\npurpose: p\nstarts: {starts}\nturns:\n  a: {{say: a, then: end}}\n")
    assert script.starts(plan) == words
