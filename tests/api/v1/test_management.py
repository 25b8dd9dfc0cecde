from datetime import UTC, datetime

import pytest

from duologue.engage.runs.actions import start_dialogue
from duologue.people.consent.actions import save_purpose
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import create_key
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.models import Dialogue

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def call(client, workspace):
    def ask(method, path, role="owner", room=None, **options):
        _, secret = create_key(room or workspace, name="test", kind="manage", role=role, now=NOW)
        send = getattr(client, method)
        return send(f"/api/v1{path}", headers={"authorization": f"Bearer {secret}"}, **options)

    return ask


@pytest.fixture
def someone(workspace):
    (profile,) = add(workspace=workspace, seen_at=[NOW])
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", "ann@people.example", "Ann@people.example")], now=NOW)
    return profile


def test_without_a_key_nothing_is_told(client, workspace):
    assert client.get("/api/v1/shop/dialogues").status_code == 401


def test_another_workspaces_key_finds_nothing(call, workspace):
    other = create_workspace(name="other-shop", clock_at=NOW)
    assert call("get", "/shop/dialogues", room=other).status_code == 404


def test_a_guest_may_look_at_plans_but_not_at_people(call, someone):
    assert call("get", "/shop/dialogues", role="guest").status_code == 200
    refused = call("get", "/shop/people/email/ann@people.example", role="guest")
    assert (refused.status_code, refused.json()) == (403, {"detail": "This key's role is 'guest', which may not see people."})


def test_a_person_is_found_by_an_address_however_it_is_written(call, someone):
    found = call("get", "/shop/people/email/ANN@people.example")
    assert found.status_code == 200
    assert found.json()["identifiers"] == {"email": ["Ann@people.example"]}


@pytest.mark.parametrize(("value", "status"), [("nobody@people.example", 404), ("not-an-address", 422)])
def test_nobody_and_nonsense_are_told_apart(call, someone, value, status):
    assert call("get", f"/shop/people/email/{value}").status_code == status


def test_consent_is_stated_and_withdrawn(call, someone, workspace):
    save_purpose(workspace=workspace, name="promotions")
    body = {"channel": "email", "purpose": "promotions", "state": "granted", "source": "till", "wording": "Write to me."}
    path = "/shop/people/email/ann@people.example/consent"
    granted = call("post", path, data=body, content_type="application/json")
    assert (granted.status_code, granted.json()["may"]) == (201, True)
    withdrawn = call("post", path, data={**body, "state": "withdrawn"}, content_type="application/json")
    assert withdrawn.json()["may"] is False
    unknown = call("post", path, data={**body, "purpose": "nothing"}, content_type="application/json")
    assert unknown.status_code == 422


def test_dialogues_are_listed_and_reported(call, workspace):
    Dialogue(workspace=workspace, name="win-back", draft="").save()
    assert [dialogue["name"] for dialogue in call("get", "/shop/dialogues").json()] == ["win-back"]
    assert call("get", "/shop/dialogues/win-back/report").json()["people"]["considered"] == 0
    assert call("get", "/shop/dialogues/nothing/report").status_code == 404
    assert call("get", "/shop/growth").json()["list"]["may_contact"] == 0
    assert [call("get", f"/shop/results/{by}").status_code for by in ("persona", "weather")] == [200, 404]
    assert [call("get", f"/shop/messages/{name}/received").status_code for name in ("nothing", "%00")] == [404, 404]


BY_HAND = """
dialogue: by-hand
kind: service
purpose: bookings
starts: {by_hand: true}
turns:
  hello: {say: hello, listen: [{silence: 1d, then: end}]}
"""


def test_a_dialogue_is_begun_by_hand(call, someone, workspace):
    save_purpose(workspace=workspace, name="bookings", basis="contract")
    save_draft(workspace=workspace, name="by-hand", source=BY_HAND)
    publish(workspace=workspace, name="by-hand", pins={}, now=now(workspace))

    def begin(*people, role="owner"):
        return call("post", "/shop/dialogues/by-hand/start", role=role, data={"people": people}, content_type="application/json")

    assert begin("ann@people.example").status_code == 409
    start_dialogue(workspace=workspace, name="by-hand", now=now(workspace))
    assert begin("nobody@people.example").status_code == 422
    assert begin("ann@people.example", role="guest").status_code == 403
    assert begin("ann@people.example").json() == {"began": 1}
    assert begin("ann@people.example").json() == {"began": 0}
