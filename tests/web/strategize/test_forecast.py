"""A dialogue is played before anybody real is asked, with shares that can be changed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from duologue.web.amounts import share_of, sum_of


@pytest.fixture
def address(workspace, filled):
    return reverse("strategize:forecast", args=[workspace.name, "win-back"])


def test_the_forecast_follows_the_shares_that_are_typed(owner, address):
    usual = owner.get(address)
    assert usual.status_code == 200
    ask = {"audience": "1000", "rate.invite.clicked: any": "100", "rate.anytime.replied: complaint": "0", "rate.goal": "0", "value": "40"}
    found = owner.get(address, ask).context["forecast"]
    assert (found.people, found.held_out) == (1000, 100)
    assert found.by_turn["invite"] == found.responses["invite: clicked: any"] == 900
    assert found.goals == 0
    more = owner.get(address, {**ask, "rate.goal": "100"}).context["forecast"]
    assert more.goals > 0
    assert more.revenue == more.goals * 4_000


def test_what_is_no_share_is_told_and_the_usual_one_taken(owner, address):
    answer = owner.get(address, {"rate.goal": "often", "value": "much", "audience": "everyone"})
    assert answer.status_code == 200
    told = answer.content.decode()
    assert "“often” is no share between 0 and 100" in told
    assert "“much” is no sum" in told


def test_answers_stand_in_the_words_of_the_survey(owner, address, workspace):
    assert "answered “I\N{RIGHT SINGLE QUOTATION MARK}ve moved away”" in owner.get(address).content.decode()
    assert (
        "answered “I\N{RIGHT SINGLE QUOTATION MARK}ve moved away”"
        in owner.get(reverse("strategize:dialogue", args=[workspace.name, "win-back"])).content.decode()
    )


def test_a_draft_that_cannot_be_read_says_why(owner, workspace, filled):
    answer = owner.get(reverse("strategize:forecast", args=[workspace.name, "welcome"]))
    assert answer.status_code == 200
    assert answer.context["mistakes"]


@pytest.mark.parametrize(
    ("text", "share"), [("8", 0.08), ("12,5 %", 0.125), ("0", 0.0), ("100", 1.0), ("101", None), ("-1", None), ("nan", None)]
)
def test_shares_are_read(text, share):
    assert share_of(text) == share


@pytest.mark.parametrize(("text", "found"), [("4,50", 450), ("", 0), ("-1", None), ("x", None), ("1e40", None), ("inf", None)])
def test_sums_are_read(text, found):
    assert sum_of(text, "GBP") == found
