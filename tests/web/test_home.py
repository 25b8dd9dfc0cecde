"""The first page keeps apart what wants a decision and what is only good to know."""

import pytest

from duologue.engage.channels.actions import save_relay
from duologue.measure.reports.models import ReportSnapshot
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue

pytestmark = pytest.mark.django_db


@pytest.fixture
def early(workspace):
    """A live dialogue of whose effect nothing can be said yet, in a workspace where all is well."""
    save_relay(workspace=workspace, name="letterbox", kind="mailbox")
    dialogue = Dialogue.within(workspace).create(workspace=workspace, name="win-back", draft="", state="live", started_at=now(workspace))
    people = {"considered": 0, "held_out": 0, "not_started": {}, "under_way": 0, "ended": {}}
    lift = {"low": -0.1, "high": 0.2, "sentence": "Too few people to tell yet."}
    ReportSnapshot.within(workspace).create(
        workspace=workspace, dialogue=dialogue, batch_no=1, at=now(workspace), data={"lift": lift, "people": people}
    )


def test_what_is_only_good_to_know_wants_no_decision(owner, workspace, early):
    page = owner.get(f"/{workspace.name}/")
    text = page.content.decode()
    assert page.context["attention"] == []
    assert "Nothing wants a decision from you." in text
    decisions, _, knowledge = text.partition("Worth knowing")
    assert "Nothing waits for you." in decisions
    assert "too early" not in decisions
    assert "It is too early to say what “win-back” brings." in knowledge
