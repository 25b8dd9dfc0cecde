import asyncio
import base64
import gzip
import json
import threading
from datetime import UTC, datetime

import pytest
import requests
import segment.analytics as segment

from duologue.api import together
from duologue.api.collect import app
from duologue.api.collect.journal import write
from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Received, Refusal
from duologue.people.profiles.queries import people
from duologue.platform.staff.actions import create_key, revoke_key

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(workspace):
    return create_key(workspace, "site", "write", "", NOW)


def post(server, path, body, key, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(server + path, data=data, headers=headers, auth=(key, "") if key else None, timeout=20)


def test_the_official_python_client_works_by_host_and_key_alone(server, workspace, key):
    mistakes = []
    client = segment.Client(key[1], host=server, gzip=True, on_error=lambda *mistake: mistakes.append(mistake))
    client.identify("42", {"email": "ann@shop.example", "plan": "gold"})
    client.track("42", "Order Completed", {"order_id": "o1", "revenue": 12.5}, timestamp=NOW)
    client.page("42", "Docs", "Prices", {"path": "/prices"})
    client.alias("old-device", "42")
    client.group("42", "acme", {"size": 3})
    client.shutdown()
    assert mistakes == []
    assert process(workspace, NOW) == 5
    ann = find(workspace, "external", "42")
    assert people(workspace, [ann])[ann].facts == {"plan": "gold"}
    assert find(workspace, "device", "old-device") == ann
    assert set(Event.within(workspace).values_list("name", flat=True)) == {"Fact Changed", "Order Completed", "Page Viewed", "Group Joined"}
    assert Event.within(workspace).get(name="Page Viewed").properties["name"] == "Prices"


def test_bad_events_are_named_and_the_others_kept(server, workspace, key):
    batch = [
        {"type": "track", "event": "A", "userId": "u"},
        {"type": "track", "userId": "u"},
        7,
        {"type": "track", "event": "B", "userId": None},
    ]
    answer = post(server, "/v1/batch", {"batch": batch, "sentAt": "2026-01-05T12:00:00Z"}, key[1])
    assert answer.status_code == 200
    assert [(one["index"], one["reason"]) for one in answer.json()["refused"]] == [
        (1, "no event name"),
        (2, "not well-formed"),
        (3, "nobody"),
    ]
    assert json.loads(bytes(Received.within(workspace).get().payload))["sentAt"] == "2026-01-05T12:00:00Z"
    assert set(Refusal.within(workspace).values_list("reason", "source")) == {
        ("no event name", "site"), ("not well-formed", "site"), ("nobody", "site"),
    }  # fmt: skip


def test_what_browsers_send_is_taken_whatever_its_content_type(server, workspace, key):
    body = {"event": "Seen", "anonymousId": "d1", "writeKey": key[1]}
    assert post(server, "/v1/t", body, "", **{"Content-Type": "text/plain"}).status_code == 200
    packed = gzip.compress(json.dumps({"event": "Seen", "userId": 7}).encode())
    assert post(server, "/v1/track/", packed, key[1], **{"Content-Encoding": "gzip"}).status_code == 200
    assert requests.options(server + "/v1/t", timeout=5).headers["access-control-allow-origin"] == "*"
    assert process(workspace, NOW) == 2
    assert list(Event.within(workspace).values_list("name", flat=True)) == ["Seen", "Seen"]


def test_by_a_key_that_anybody_can_read_nobody_says_anything_about_somebody_else(server, workspace):
    key = create_key(workspace, "page", "site", "", NOW)[1]
    someone = {"anonymousId": "d1", "context": {"traits": {"email": "victim@shop.example"}}}
    batch = [
        {"type": "track", "event": "Consent Granted", **someone, "properties": {"channel": "email", "purpose": "news"}},
        {"type": "track", "userId": "u"},
        {"type": "track", "event": "Order Completed", **someone, "properties": {"revenue": 1}},
        {"type": "alias", "userId": "u", "previousId": "d1"},
        {"type": "identify", "anonymousId": "d1", "traits": {"email": "victim@shop.example", "phone": "+4915112345678", "size": "M"}},
        {"type": "track", "event": "Basket Filled", **someone},
        {"type": "track", "event": "Seen", "context": {"traits": {"email": "victim@shop.example"}}},
    ]
    refused = post(server, "/v1/batch", {"batch": batch}, key).json()["refused"]
    reasons = sorted((one["index"], one["reason"]) for one in refused)
    page = "not from a page"
    assert reasons == [(0, page), (1, "no event name"), (2, page), (3, page), (6, "nobody")]
    assert process(workspace, NOW) == 2
    assert find(workspace, "email", "victim@shop.example") is find(workspace, "phone", "+4915112345678") is None
    visitor = find(workspace, "device", "d1")
    assert people(workspace, [visitor])[visitor].facts == {"size": "M"}


def test_wrong_requests_get_a_status_and_a_sentence(server, workspace, key):
    manage = create_key(workspace, "boss", "manage", "owner", NOW)[1]
    event = {"event": "A", "userId": "u"}
    tries = [
        post(server, "/v1/track", event, "wrong"),
        post(server, "/v1/track", event, ""),
        post(server, "/v1/track", event, manage),
        post(server, "/v1/track", b"{", key[1]),
        post(server, "/v1/batch", {"batch": 7}, key[1]),
        post(server, "/v1/track", b"no gzip", key[1], **{"Content-Encoding": "gzip"}),
        post(server, "/v1/batch", b"x" * 4_200_000, key[1]),
        post(server, "/v1/track", gzip.compress(b" " * 5_000_000), key[1]),
        post(server, "/v1/dance", event, key[1]),
        requests.get(server + "/v1/track", timeout=5),
    ]
    assert [answer.status_code for answer in tries] == [401, 401, 401, 400, 400, 400, 413, 413, 404, 405]
    assert all(answer.json()["error"].endswith(".") for answer in tries)
    assert not Received.within(workspace).exists()


def test_a_revoked_key_is_refused(server, workspace, key):
    assert revoke_key(workspace, key_id=key[0].pk, now=NOW)
    assert post(server, "/v1/track", {"event": "A", "userId": "u"}, key[1]).status_code == 401


def test_more_than_can_wait_is_asked_to_come_again(workspace, key, monkeypatch):
    monkeypatch.setattr(together, "MOST_WAITING", 2)
    released = threading.Event()

    def slowly(entries):
        released.wait(60)
        return write(entries)

    async def many():
        await called(key[1], "first")
        monkeypatch.setattr(app.journal()._together, "write", slowly)
        calls = [asyncio.create_task(called(key[1], number)) for number in range(8)]
        await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        released.set()
        return [await call for call in calls]

    answers = asyncio.run(many())
    assert sorted({status for status, _ in answers}) == [200, 503]
    assert {headers.get(b"retry-after") for status, headers in answers if status == 503} == {b"1"}
    assert Received.within(workspace).count() == 1 + [status for status, _ in answers].count(200)


async def called(secret, number):
    """Ask the door itself; return status and headers."""
    body = json.dumps({"event": "Seen", "userId": "u", "messageId": f"m{number}"}).encode()
    authorization = b"Basic " + base64.b64encode(f"{secret}:".encode())
    scope = {"type": "http", "method": "POST", "path": "/v1/track", "headers": [(b"authorization", authorization)]}
    told = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        told.append(message)

    await app.application(scope, receive, send)
    return told[0]["status"], dict(told[0]["headers"])
