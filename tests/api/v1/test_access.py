"""Which right each operation asks for, held for every role; keys for parts of the API; how often a key may ask."""

from io import BytesIO

import pytest

from duologue.api.v1 import rate
from duologue.platform.database.clock import database_now
from duologue.platform.staff.actions import StaffRefused, create_key
from duologue.platform.staff.models import Role
from duologue.platform.staff.rules import AREAS, Right, may
from tests.api.described import description

DESCRIPTION = description()
ASKS = {
    Right.LOOK: "list_purposes list_segments list_dialogues get_report list_messages get_message list_broadcasts get_broadcast list_offers "
    "get_liability list_products get_product get_received get_growth get_buyers get_results check_broadcast list_sites get_site list_surveys get_survey "
    "list_campaigns get_campaign list_placements get_placement list_occasions get_occasion",
    Right.SEE_PEOPLE: "get_person list_consent list_events list_perks list_conversations get_conversation list_imports get_import "
    "list_contributions get_contribution get_contribution_photo",
    Right.EXPORT_PEOPLE: "export_person list_segment_people get_refused_lines",
    Right.EDIT: "save_products take_products_out save_product take_product_out start_import add_broadcast change_broadcast draft_site",
    Right.PUBLISH: "pause_dialogue resume_dialogue send_broadcast stop_broadcast publish_site bring_site_back save_survey save_campaign "
    "save_placement save_occasion",
    Right.CARE: "state_consent start_dialogue_by_hand redeem_perk spend_balance balance answer_conversation note_conversation "
    "close_conversation change_facts publish_contribution decline_contribution",
    Right.OWN: "erase_person list_webhooks add_webhook change_webhook forget_webhook pause_webhook resume_webhook renew_webhook_secret "
    "tell_webhook_again list_untaken send_untaken_again",
}
RIGHT_OF = {operation: right for right, operations in ASKS.items() for operation in operations.split()}
OPERATIONS = [
    (said["operationId"], method, path, said) for path, methods in DESCRIPTION["paths"].items() for method, said in methods.items()
]


def least(schema):
    """The least that fits a description."""
    if "$ref" in schema:
        return least(DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return least(schema["anyOf"][0])
    if schema.get("type") == "object":
        if schema.get("minProperties"):
            return {"x": "x"}
        return {name: least(schema["properties"][name]) for name in schema.get("required", [])}
    if schema.get("type") == "array":
        return [least(schema["items"])] * schema.get("minItems", 0)
    return {"integer": schema.get("minimum", 0), "number": 0, "boolean": False}.get(
        schema.get("type"), "x" * max(1, schema.get("minLength", 0))
    )


def call(client, secret, method, path, said):
    for parameter in said.get("parameters", []):
        path = path.replace(
            "{" + parameter["name"] + "}", {"workspace": "shop", "kind": "external", "number": "1"}.get(parameter["name"], "x")
        )
    query = "?whose=x" if said["operationId"] == "balance" else ""
    kinds = said.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in kinds:
        return client.post(path, {"kind": "people", "file": BytesIO(b"Email\n")}, headers={"Authorization": f"Bearer {secret}"})
    body = kinds.get("application/json")
    more = {} if method == "get" else {"data": least(body["schema"]) if body else {}, "content_type": "application/json"}
    return getattr(client, method)(path + query, headers={"Authorization": f"Bearer {secret}"}, **more)


def key(workspace, role="owner", only=()):
    return create_key(workspace, role, "manage", role, database_now(), only)[1]


def test_every_operation_has_its_right_and_its_area():
    assert {operation for operation, *_ in OPERATIONS} == set(RIGHT_OF)
    assert {path.split("/")[4] for _, _, path, _ in OPERATIONS} == set(AREAS)


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_do_what_it_has_the_right_for_and_nothing_else(client, workspace, role):
    secret = key(workspace, role)
    refused = {said["operationId"] for _, method, path, said in OPERATIONS if call(client, secret, method, path, said).status_code == 403}
    assert refused == {operation for operation, right in RIGHT_OF.items() if not may(role, right)}


@pytest.mark.django_db
def test_a_key_for_parts_is_refused_elsewhere(client, workspace):
    secret = key(workspace, only=["products", "perks"])
    answers = {path.split("/")[4]: call(client, secret, method, path, said) for _, method, path, said in OPERATIONS}
    assert {area for area, answer in answers.items() if answer.status_code != 403} == {"products", "perks"}
    assert answers["people"].json() == {"detail": "This key is for perks, products alone."}
    with pytest.raises(StaffRefused, match="no 'secrets'"):
        key(workspace, only=["secrets"])


@pytest.mark.django_db
def test_who_asks_too_often_is_told_when_to_ask_again(client, workspace, settings, monkeypatch):
    settings.API_PER_MINUTE = 3
    monkeypatch.setattr(rate, "_buckets", {})
    one, other = key(workspace), key(workspace, "guest")
    path = "/api/v1/shop/dialogues"
    answers = [client.get(path, headers={"Authorization": f"Bearer {one}"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3]["retry-after"]) <= 21
    assert "3 times a minute" in answers[3].json()["detail"]
    assert client.get(path, headers={"Authorization": f"Bearer {other}"}).status_code == 200


def test_a_bucket_fills_evenly(settings, monkeypatch):
    settings.API_PER_MINUTE = 60
    monkeypatch.setattr(rate, "_buckets", {})
    at = [0.0]
    for _ in range(60):
        rate.take(1, clock=lambda: at[0])
    with pytest.raises(rate.TooOften):
        rate.take(1, clock=lambda: at[0])
    at[0] = 1.5
    rate.take(1, clock=lambda: at[0])
    with pytest.raises(rate.TooOften):
        rate.take(1, clock=lambda: at[0])
    settings.API_PER_MINUTE = 0
    rate.take(1, clock=lambda: at[0])


@pytest.mark.django_db
def test_a_company_lives_with_it(client, workspace, settings):
    """A walk of a client: webhooks with an Idempotency-Key, own data, erasing."""
    secret = key(workspace)
    head = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "add-1"}
    new = {"name": "crm", "url": "https://crm.example/hooks", "events": ["Order Completed"]}
    first = client.post("/api/v1/shop/webhooks", new, content_type="application/json", headers=head)
    again = client.post("/api/v1/shop/webhooks", new, content_type="application/json", headers=head)
    assert (first.status_code, again.status_code, first.json(), again["Idempotent-Replayed"]) == (201, 201, again.json(), "true")
    other = client.post("/api/v1/shop/webhooks", {**new, "name": "erp"}, content_type="application/json", headers=head)
    assert other.status_code == 422
    head.pop("Idempotency-Key")
    assert client.post("/api/v1/shop/webhooks", new, content_type="application/json", headers=head).status_code == 409
    changed = client.put(
        "/api/v1/shop/webhooks/crm", {"url": "https://crm.example/x", "events": ["*"]}, content_type="application/json", headers=head
    )
    assert (changed.status_code, changed.json()["url"], changed.json()["events"]) == (200, "https://crm.example/x", ["*"])
    assert (
        client.post("/api/v1/shop/webhooks/crm/again", {"message": "evt_x"}, content_type="application/json", headers=head).status_code
        == 422
    )
    assert client.delete("/api/v1/shop/webhooks/crm", headers=head).status_code == 204
    assert client.delete("/api/v1/shop/webhooks/crm", headers=head).status_code == 404
