"""The tracking API given anything at all: a status, a sentence, and every event is kept or named as refused."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from duologue.api.callbacks import app as links
from duologue.api.collect import app
from duologue.people.intake.tasks import process
from duologue.people.models import Received, Refusal
from duologue.platform.secrets.signing import sign
from duologue.platform.staff.actions import create_key
from tests.drawn import drawn

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
few = settings(max_examples=drawn(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
words = st.sampled_from(["identify", "track", "page", "screen", "group", "alias", "batch", "t", "import", "dance", ""])
odd = st.sampled_from(
    [
        "",
        "\x00",
        "x\x00y",
        "\ud800",
        "💥",
        "a" * 70_000,
        "2026-01-05T12:00:00Z",
        "9999-12-31T23:59:59Z",
        "1800-01-01",
        "ann@x.example",
        "-0",
        "NaN",
    ]
)
leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20), odd)
value = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.one_of(st.text(max_size=8), odd), inner, max_size=3), max_leaves=6
)
names = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "previousId", "messageId", "timestamp", "sentAt", "originalTimestamp", "traits", "properties", "context", "groupId", "name", "writeKey"]
)  # fmt: skip
likely = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "alias", "page"]), "event": st.just("A"), "userId": st.text(min_size=1, max_size=9)}
)
event = st.one_of(
    st.builds(lambda base, more: {**base, **more}, likely, st.dictionaries(names, value, max_size=3)),
    st.dictionaries(names, value, max_size=6),
    value,
)


@pytest.fixture(scope="module")
def loop():
    made = asyncio.new_event_loop()
    yield made
    made.run_until_complete(made.shutdown_default_executor())
    made.close()


@pytest.fixture
def ask(loop):
    def call(application, path, body=b"", *, method="POST", headers=(), parts=1):
        size = -(-len(body) // parts) or 1
        pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]

        async def receive():
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        said = []

        async def send(message):
            said.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "query_string": b"", "client": ("127.0.0.1", 1)}
        loop.run_until_complete(application(scope, receive, send))
        return said[0]["status"], dict(said[0]["headers"]), b"".join(one.get("body", b"") for one in said[1:])

    return call


@pytest.fixture
def key(workspace):
    secret = create_key(workspace, "site", "write", "", NOW)[1]
    return [(b"authorization", b"Basic " + base64.b64encode(f"{secret}:".encode()))]


def events_in(word, body):
    return len(body["batch"]) if word in {"batch", "import"} else 1


@few
@pytest.mark.django_db(transaction=True)
@given(word=words, events=st.lists(event, max_size=5), packed=st.booleans(), parts=st.integers(1, 3))
def test_every_event_is_kept_or_named(workspace, ask, key, word, events, packed, parts):
    body = {"batch": events} if word in {"batch", "import"} else (events or [{}])[0]
    raw = json.dumps(body).encode()
    headers = [*key, (b"content-encoding", b"gzip")] if packed else key
    before = Received.within(workspace).count()
    listed = Refusal.within(workspace).count()
    status, _, answer = ask(app.application, f"/v1/{word}", gzip.compress(raw) if packed else raw, headers=headers, parts=parts)
    said = json.loads(answer)
    kept = Received.within(workspace).count() - before
    if status != 200:
        assert (status in {400, 404, 413}, said["success"], kept) == (True, False, 0)
        assert said["error"].endswith(".")
        return
    refused = said.get("refused", [])
    assert kept + len(refused) == events_in(word, body)
    assert all(one["sentence"].endswith(".") and one["reason"] for one in refused)
    assert Refusal.within(workspace).count() - listed == len(refused)
    waiting = Received.within(workspace).count()
    assert process(workspace, NOW) == waiting
    assert not Received.within(workspace).exists()


@few
@pytest.mark.django_db(transaction=True)
@given(
    path=st.one_of(st.text(max_size=30).map(lambda text: "/v1/" + text), words.map(lambda word: f"/v1/{word}")),
    body=st.binary(max_size=200),
    method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD", "BREW"]),
    headers=st.lists(
        st.tuples(st.sampled_from([b"authorization", b"content-encoding", b"content-length", b"content-type", b"Authorization"]), st.one_of(st.binary(max_size=30), st.sampled_from([b"Basic", b"Basic AAAA", b"Bearer \x00", b"gzip", b"-1", b"9" * 40, b"\xb2"]))),
        max_size=3,
    ),
)  # fmt: skip
@example(path="/v1/batch", body=b'{"batch":[' + b"[" * 3000, method="POST", headers=[])
@example(path="/v1/track", body=b'{"a":' * 3000, method="POST", headers=[])
@example(path="/v1/track", body=b"\x1f\x8b" + b"\xff" * 20, method="POST", headers=[])
@example(path="/v1/track", body=b"{}", method="POST", headers=[(b"authorization", b"Basic " + base64.b64encode(b"\x00:"))])
@example(path="/v1/track", body=b"{}", method="POST", headers=[(b"authorization", b"Bearer duo_w_\x00")])
def test_no_request_is_left_without_a_sentence(workspace, ask, path, body, method, headers):
    status, _, answer = ask(app.application, path, body, method=method, headers=headers)
    assert status in {204, 400, 401, 404, 405, 413}
    assert status == 204 or json.loads(answer)["error"].endswith(".")
    assert not Received.within(workspace).exists()


tokens = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=30).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    st.builds(
        lambda use, numbers: sign(use, *numbers),
        st.sampled_from(["click", "open", "page"]),
        st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=4),
    ),
)


@few
@pytest.mark.django_db(transaction=True)
@given(token=tokens, kind=st.sampled_from("lo"), method=st.sampled_from(["GET", "HEAD", "POST", "DELETE"]))
def test_links_that_are_not_ours_lead_nowhere(workspace, ask, token, kind, method):
    status, headers, body = ask(links.application, f"/{kind}/{token}", method=method)
    assert status == (405 if method in {"POST", "DELETE"} else 404 if kind == "l" else 200)
    assert b"location" not in headers
    assert b"Traceback" not in body


@pytest.mark.django_db
@settings(max_examples=drawn(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    token=tokens.filter(lambda token: "/" not in token and token),
    page=st.sampled_from("unpsw"),
    post=st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=2),
)
def test_pages_of_links_that_are_not_ours_do_not_exist(workspace, client, token, page, post):
    from urllib.parse import quote

    for answer in (client.get(f"/{page}/{quote(token, safe='')}"), client.post(f"/{page}/{quote(token, safe='')}", post)):
        unkeepable = "\x00" in token or any("\x00" in text for pair in post.items() for text in pair)
        assert answer.status_code in ((400, 404) if unkeepable else (404,))
