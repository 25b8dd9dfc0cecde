"""What becomes of those under way on an older version, on the screen."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from duologue.engage.models import Run
from duologue.people.profiles.actions import add
from duologue.platform.audit.queries import entries
from duologue.strategize.dialogues.actions import publish, save_draft

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TEXT = "dialogue: one\npurpose: promotions\naudience: all\nturns:\n  first: {say: hello, listen: [{silence: 3d, then: end}]}\n"


@pytest.fixture
def put(workspace):
    def publish_text(text):
        save_draft(workspace=workspace, name="one", source=text)
        return publish(workspace=workspace, name="one", pins={}, now=NOW)

    return publish_text


@pytest.fixture
def run(workspace, put):
    (someone,) = add(workspace=workspace, seen_at=[NOW])
    version = put(TEXT)
    about = {"person": someone, "profile_id": someone, "shard": 0, "turn": "first", "arrived_at": NOW, "started_at": NOW}
    made = Run(workspace=workspace, dialogue_id=version.dialogue_id, version=version, phase="listening", **about)
    made.save()
    return made


def test_the_page_says_how_many_and_moves_them(workspace, owner, put, run):
    address = reverse("strategize:text", args=[workspace.name, "one"])
    assert "older version" not in owner.get(address).content.decode()
    newer = put(TEXT.replace("3d", "4d"))
    page = owner.get(address).content.decode()
    assert "1 person is under way on an older version" in page
    assert "Move them to version 2" in page
    answer = owner.post(reverse("strategize:move", args=[workspace.name, "one"]))
    assert "1 person goes on in the version in force" in owner.get(answer["location"]).content.decode()
    run.refresh_from_db()
    assert run.version_id == newer.pk
    assert [entry.action for entry in entries(workspace)] == ["move dialogue"]


def test_nobody_moves_where_their_turn_is_gone(workspace, owner, put, run):
    put(TEXT.replace("first", "other"))
    page = owner.get(reverse("strategize:text", args=[workspace.name, "one"])).content.decode()
    assert "They cannot move" in page
    assert "Move them to" not in page
    answer = owner.post(reverse("strategize:move", args=[workspace.name, "one"]))
    assert "does not have: first (1)" in owner.get(answer["location"]).content.decode()
    run.refresh_from_db()
    assert run.turn == "first"
