from datetime import UTC, datetime
from pathlib import Path

import pytest

from duologue.engage.runs.assuming import cost_of_a_perk, value_of_a_goal
from duologue.engage.runs.rules.assumed import Assumptions
from duologue.engage.runs.simulate import simulate
from duologue.strategize.dialogues.rules.read import read_dialogue

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TEXT = """
dialogue: two
purpose: promotions
audience: everyone
holdout: 10%
goal: {event: Order Completed, within: 30d, value: revenue}
turns:
  first: {say: hello, listen: [{clicked: any, then: gift}, {silence: 3d, then: second}]}
  second: {say: again, listen: [{clicked: any, then: gift}, {silence: 2d, then: end}]}
  gift: {give: ten, say: gift, listen: [{withheld: perk_gone, then: end}, {silence: {until: perk.ten.expires_at, before: 3d}, then: end}]}
"""
PLAN = read_dialogue(TEXT, "two.yaml")


def test_with_nobody_responding_everybody_gets_both_messages_and_leaves():
    forecast = simulate(PLAN, Assumptions(people=100, rates={"clicked": 0.0, "goal": 0.0, "failed": 0.0}), NOW)
    assert (forecast.held_out, forecast.by_turn) == (10, {"first": 90, "second": 90})
    assert forecast.ended == {"end": 90}
    assert forecast.by_day == {"2026-01-05": 90, "2026-01-08": 90}


def test_with_everybody_clicking_each_gets_a_perk_and_costs_add_up():
    assumed = Assumptions(people=100, rates={"first.clicked": 1.0, "goal": 0.0}, perk_worth=500, message_cost=2, audience=1000)
    forecast = simulate(PLAN, assumed, NOW)
    assert forecast.by_turn == {"first": 900, "gift": 900}
    assert (forecast.perks, forecast.cost) == ({"ten": 900}, 900 * 500 + 1800 * 2)


def test_it_is_repeatable_and_says_what_it_assumed():
    assumed = Assumptions(people=300, value=4000)
    assert simulate(PLAN, assumed, NOW) == simulate(PLAN, assumed, NOW)
    forecast = simulate(PLAN, assumed, NOW)
    assert sum(forecast.ended.values()) == 270
    assert forecast.revenue == forecast.goals * 4000
    assert forecast.assumptions["response_rates"]["first.clicked: any"] == 0.06


def test_a_forecast_for_a_few_people_still_adds_up():
    forecast = simulate(PLAN, Assumptions(people=200, audience=7), NOW)
    assert (forecast.people, forecast.held_out) == (7, 1)
    assert sum(forecast.ended.values()) == 6
    assert sum(forecast.by_day.values()) == sum(forecast.by_turn.values()) == forecast.deliveries


def test_the_worth_of_a_goal_and_of_a_perk_are_those_of_the_workspace(shop):
    assert value_of_a_goal(shop.workspace, PLAN, shop.now) == 0
    (someone,) = shop.add_people(1)
    for revenue in (10, 25.5, "much"):
        shop.happen("Order Completed", [someone], {"revenue": revenue})
    assert value_of_a_goal(shop.workspace, PLAN, shop.now) == 1775
    shop.offer("ten", worth="10%")
    assert cost_of_a_perk(shop.workspace, PLAN, 1775) == 178
    assert (
        cost_of_a_perk(
            shop.workspace,
            read_dialogue(
                TEXT.replace("{give: ten, say: gift", "{say: gift")
                .replace("{until: perk.ten.expires_at, before: 3d}", "3d")
                .replace("{withheld: perk_gone, then: end}, ", ""),
                "x.yaml",
            ),
            1775,
        )
        == 0
    )


REAL = sorted((Path(__file__).parents[2] / "data" / "dialogues").glob("*.yaml"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_the_real_dialogues_are_simulated_to_their_ends(path):
    plan = read_dialogue(path.read_text(), path.name)
    forecast = simulate(plan, Assumptions(people=100, rates={"closed": 1.0}), NOW)
    assert sum(forecast.ended.values()) == round(100 * (1 - plan.holdout))
    assert set(forecast.ended) <= {"end", "goal"} | {f"failed: {why}" for why in ("any", "failed")}
    assert forecast.deliveries >= 80


TRIES = """
dialogue: tries
purpose: promotions
audience: everyone
goal: {event: Order Completed, within: 4d}
turns:
  ask: {call: stock, listen: [{ok: any, then: hello}, {failed: any, then: try}]}
  hello: {say: hello, test: {of: [plain, warm], share: 40%, for: 4h}, window: "Mo-Fr 09:00-17:00",
    listen: [{clicked: any, then: try}, {replied: any, then: care}, {failed: any, then: try}, {silence: 2d, then: try}]}
  try: {experiment: {arms: [{share: 25%, then: one}, {share: 75%, then: two}]}}
  one: {give: ten, say: one, listen: [{clicked: any, at_most: 1, then: hello}, {silence: 1d, then: end}]}
  two: {say: two, listen: [{silence: 1d, then: end}]}
  care: {hand_over: care, within: 4h, listen: [{closed: any, then: end}, {overdue: any, then: two}]}
"""


@pytest.mark.parametrize("text", [TRIES, *(path.read_text() for path in REAL)], ids=["tries", *(path.stem for path in REAL)])
def test_people_decided_for_together_come_to_what_they_come_to_one_by_one(text):
    plan = read_dialogue(text)
    rates = {"clicked": 0.2, "answered": 0.3, "failed": 0.1, "withheld": 0.05, "replied": 0.1, "goal": 0.1, "ok": 0.8}
    assumed = Assumptions(people=60, rates=rates, zone="Europe/London")
    assert simulate(plan, assumed, NOW) == simulate(plan, assumed, NOW, together=1)


def test_a_webhook_answers_or_not_and_a_team_is_no_recipient():
    text = """
dialogue: asks
purpose: promotions
audience: everyone
turns:
  ask: {call: stock, listen: [{ok: any, then: tell}, {failed: any, then: end}]}
  tell: {tell: care, say: look, then: say}
  say: {say: hello, listen: [{silence: 1d, then: end}]}
"""
    forecast = simulate(read_dialogue(text), Assumptions(people=100, rates={"ok": 0.5}), NOW)
    assert 30 < forecast.responses["ask: ok: any"] < 70
    assert forecast.by_turn == {"say": forecast.responses["ask: ok: any"]}


def test_an_experiment_is_played_by_its_shares():
    text = """
dialogue: tries
purpose: promotions
audience: everyone
turns:
  try: {experiment: {arms: [{share: 25%, then: one}, {share: 75%, then: two}]}}
  one: {say: one, listen: [{silence: 1d, then: end}]}
  two: {say: two, listen: [{silence: 1d, then: end}]}
"""
    forecast = simulate(read_dialogue(text), Assumptions(people=400), NOW)
    assert 70 < forecast.by_turn["one"] < 130
