from datetime import UTC, datetime

import pytest

from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import PlanText, named
from duologue.engage.broadcasts.rules.texts import Broadcast, dialogue_text, read_back
from duologue.kit.yaml import Mistakes
from duologue.strategize.campaigns import queries
from duologue.strategize.campaigns.rules import Campaign, Goal, Period, money_of, read_campaign

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SPRING = b"""\
campaign: spring
title: Spring
about: New customers before Easter
owner: Rose
period: {from: 2026-03-01, to: 2026-04-05}
goal: {event: Order Completed, where: {total: {over: 20}}, value: revenue, at_least: 20000 GBP}
budget: 3000 GBP   # with the posters
"""
DIALOGUE = b"""\
dialogue: hello
serves: {campaign: spring}
purpose: orders
kind: service
starts: {by_hand: true}
runs: {from: 2026-02-01, to: 2026-05-01}
turns:
  note: {learn: {greeted: true}, then: end}
"""
PURPOSES = b"orders: {title: Your orders, basis: contract}\n"


def put(workspace, files):
    texts = [named(path, content) for path, content in files.items()]
    assert all(isinstance(text, PlanText) for text in texts)
    return apply_files(workspace=workspace, files=texts, now=NOW)


def test_a_campaign_is_read_as_written():
    assert read_campaign(SPRING.decode()) == Campaign(
        campaign="spring",
        title="Spring",
        about="New customers before Easter",
        owner="Rose",
        period=Period("2026-03-01", "2026-04-05"),
        goal=Goal("Order Completed", {"total": {"over": 20}}, "revenue", "20000 GBP"),
        budget="3000 GBP",
    )
    assert (read_campaign("campaign: easter-sale").name, money_of("3000", "GBP").minor) == ("Easter sale", 300_000)


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("owner: Rose", "ower: Rose", 4, "did you mean 'owner'?"),
        ("2026-03-01", '"2026-02-30"', 5, "is no day"),
        ("2026-04-05", "2026-02-05", 5, "The period ends before it begins."),
        ("{over: 20}", "{ovr: 20}", 6, "There is no comparison 'ovr'"),
        ("20000 GBP", "0", 6, "a number from 1 up"),
        ("value: revenue, ", "", 6, "A goal in money needs `value`"),
        ("20000 GBP", "many", 6, "not an amount of money"),
        ("3000 GBP   # with the posters", "much", 7, "not an amount of money"),
        ("event: Order Completed, ", "", 6, "needs `event`"),
    ],
)
def test_a_mistake_is_told_with_its_line(old, new, line, sentence):
    with pytest.raises(Mistakes) as found:
        read_campaign(SPRING.decode().replace(old, new), "campaigns/spring.yaml")
    (mistake,) = found.value.mistakes
    assert (mistake.file, mistake.line) == ("campaigns/spring.yaml", line)
    assert sentence in mistake.sentence


def test_it_is_published_in_versions_served_by_dialogues_and_written_back(workspace):
    files = {"purposes.yaml": PURPOSES, "campaigns/spring.yaml": SPRING, "dialogues/hello.yaml": DIALOGUE}
    outcome = put(workspace, files)
    assert "campaign spring, version 1" in [change.says for change in outcome.changes]
    assert outcome.warnings == [
        "dialogues/hello.yaml: it lets people in from 2026-02-01, and its campaign spring begins on 2026-03-01.",
        "dialogues/hello.yaml: it lets people in until 2026-05-01, and its campaign spring ends on 2026-04-05.",
    ]
    assert files_in_force(workspace) == files
    put(workspace, files | {"campaigns/spring.yaml": SPRING.replace(b"3000", b"4000")})
    found = queries.current(workspace, "spring")
    assert (found.number, found.campaign.budget, [one.number for one in queries.campaigns(workspace)]) == (2, "4000 GBP", [2])
    assert [one.dialogue.name for one in queries.dialogues_of(workspace, "spring")] == ["hello"]
    assert queries.dialogues_of(workspace, "summer") == []


def test_one_that_nothing_describes_is_warned_of_and_a_name_must_agree(workspace):
    files = {"purposes.yaml": PURPOSES, "dialogues/hello.yaml": DIALOGUE}
    assert put(workspace, files).warnings == ["dialogues/hello.yaml: it serves the campaign spring, which is not described."]
    with pytest.raises(Mistakes, match=r"campaigns/summer\.yaml:1: It calls itself 'spring'"):
        put(workspace, {"campaigns/summer.yaml": SPRING})


def test_a_broadcast_keeps_its_campaign_in_its_text():
    one = Broadcast("b", segment="tea", purpose="promotions", message="m", when="at", day="2026-02-01", campaign="spring")
    assert "serves:\n  campaign: spring\n" in dialogue_text(one)
    assert read_back(dialogue_text(one), None, NOW.replace(tzinfo=None)).campaign == "spring"
