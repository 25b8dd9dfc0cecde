"""Every example of the language's page is read, simulated, and run through by people in a workspace; together they hold every word."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from duologue.engage.conversations.models import Team
from duologue.engage.models import Run
from duologue.engage.runs import actions, queries
from duologue.engage.runs.rules.assumed import Assumptions
from duologue.engage.runs.simulate import simulate
from duologue.engage.webhooks.actions import save_webhook
from duologue.kit.predicate import COMPARISONS, FORMS
from duologue.strategize.dialogues.rules import parts, read, triggers, words
from duologue.strategize.dialogues.rules.plan import from_json, to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "language-examples.md"
BLOCKS = [block.partition("```")[0] for block in PAGE.read_text().split("```yaml\n")[1:]]
NAMES = [block.split("\n", 1)[0].removeprefix("dialogue: ") for block in BLOCKS]
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
EVERY_WORD = {
    *read.KEYS,
    *words.ALL_KEYS,
    *words.RESPONSES,
    *words.LINE_KEYS,
    *triggers.TRIGGER_KEYS,
    *parts.MOMENT_KEYS,
    *COMPARISONS,
    *FORMS,
    *parts.ROOTS,
    *("times", "since", "some", "arms", "share", "settle", "says"),
    *("people", "for", "bounced", "reported", "left", "least", "per", "by"),
}
"""`every` of items and `of` stand for themselves."""
START = {"total": 80, "order_id": "A", "revenue": 30, "skus": ["a"], "occasion": "tasting", "priority": 2}


def words_in(value):
    if isinstance(value, dict):
        for key, one in value.items():
            yield from (str(key), str(key).split(".")[0])
            yield from words_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_in(one)
    elif isinstance(value, str):
        yield value.split(".")[0]


def test_the_examples_hold_every_word_of_the_language():
    held = {word for block in BLOCKS for word in words_in(YAML(typ="safe", pure=True).load(block))}
    assert EVERY_WORD - held == set()


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_an_example_is_read_and_simulated(block):
    plan = read_dialogue(block, "example.yaml")
    assert from_json(to_json(plan)) == plan
    forecast = simulate(plan, Assumptions(people=100, rates={"closed": 1.0, "overdue": 0.0}), NOW)
    assert sum(forecast.ended.values()) == round(100 * (1 - plan.holdout))
    assert not {"loop", "never", "no such turn"} & set(forecast.ended)


def begin(shop, plan):
    """Let happen whatever starts it."""
    for trigger in plan.starts:
        if trigger.kind == "event":
            ends = (shop.now + timedelta(days=9)).isoformat()
            shop.happen(trigger.name, shop.people, {**START, "starts_at": (shop.now + timedelta(days=8)).isoformat(), "ends_at": ends})
        elif trigger.kind == "replied":
            shop.happen("Message Replied", shop.people, {"intent": trigger.name, "words": []})
        elif trigger.kind == "by_hand":
            actions.start_by_hand(workspace=shop.workspace, name=plan.dialogue, persons=shop.people, now=shop.now)
    shop.turn()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_people_run_through_an_example(shop, block):
    plan = read_dialogue(block, "example.yaml")
    shop.add_people(12)
    shop.segment("everyone", shop.people)
    shop.segment("staff", shop.people[:1])
    shop.know("birthday", shop.people, "1990-01-12")
    shop.know("contract_ends", shop.people, "2026-01-12")
    for offer in ("ten", "five"):
        shop.offer(offer, lasts="10d")
    Team(workspace=shop.workspace, name="care", emails=["care@shop.example"]).save()
    save_webhook(workspace=shop.workspace, name="stock", url="https://shop.example/stock")
    why = "survey: why\nquestions:\n  reason: {ask: Why?, kind: one, options: [price, moved, other]}\n"
    save_survey(workspace=shop.workspace, survey=read_survey(why), now=NOW)
    if plan.dialogue != "by-hand":
        shop.dialogue(BLOCKS[NAMES.index("by-hand")])
    row = shop.dialogue(block)
    begin(shop, plan)
    shop.advance(days=21)
    shop.adds_up()
    people = queries.people_of(shop.workspace, row.pk)
    assert people["considered"] == 12
    held = people["held_out"]  # drawn by their numbers, which differ from run to run
    assert Run.within(shop.workspace).filter(dialogue=row).count() + held >= 8
    assert shop.states().get("accepted", 0) + held >= 8
    assert not {"loop", "no such turn"} & set(people["ended"])
