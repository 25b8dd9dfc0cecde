from datetime import UTC, datetime

import pytest

from duologue.measure.reports.groups import by
from duologue.measure.reports.queries import report
from duologue.strategize.campaigns.actions import save_campaign
from duologue.strategize.campaigns.rules import read_campaign
from duologue.strategize.models import Dialogue, DialogueVersion
from tests.measure.test_reports import happened, person

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_dialogues_that_serve_the_same_are_summed(workspace):
    serves = {"a": {"persona": "giver", "stage": "quiet"}, "b": {"persona": "giver", "campaign": "spring"}, "c": {}}
    for name, says in serves.items():
        dialogue = Dialogue(workspace=workspace, name=name, draft="", state="live", current=1)
        dialogue.save()
        plan = {"serves": says, "goal": {"event": "Order Completed", "within": "30d", "value": "revenue"}}
        DialogueVersion(workspace=workspace, dialogue=dialogue, number=1, source="", plan=plan, pins={}, published_at=NOW).save()
        version = DialogueVersion.within(workspace).get(dialogue=dialogue)
        happened(workspace, person(workspace, dialogue, version=version), "Order Completed", 1, order_id=name, revenue=10)
        report(workspace, name, NOW)
    save_campaign(workspace=workspace, campaign=read_campaign("campaign: spring\nbudget: 100 GBP\n"), now=NOW)
    save_campaign(workspace=workspace, campaign=read_campaign("campaign: autumn\n"), now=NOW)

    personas = by(workspace, "persona")["groups"]
    assert list(personas) == ["giver", ""]
    assert personas["giver"]["dialogues"] == ["a", "b"]
    assert personas["giver"]["funnel"] == {"considered": 2, "began": 2, "reached": 0, "responded": 0, "converted": 2}
    assert (personas["giver"]["revenue"], personas[""]["revenue"]) == (2000, 1000)
    campaigns = by(workspace, "campaign")["groups"]
    assert {name: (one["dialogues"], one.get("budget")) for name, one in campaigns.items()} == {
        "spring": (["b"], 10000),
        "autumn": ([], None),
        "": (["a", "c"], None),
    }
    with pytest.raises(ValueError, match="not by 'weather'"):
        by(workspace, "weather")
