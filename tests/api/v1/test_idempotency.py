"""Idempotency-Key: a write that is sent twice is done once."""

from datetime import UTC, datetime, timedelta

import pytest

from duologue.api.v1 import rate
from duologue.api.v1.urls import api
from duologue.people.consent.actions import save_purpose
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.models import ConsentStatement
from duologue.people.profiles.actions import add
from duologue.platform.jobs.tasks import forget_what_expired
from duologue.platform.models import Answered
from duologue.platform.staff.actions import create_key

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BODY = {"channel": "email", "purpose": "promotions", "state": "granted", "source": "till", "wording": "Write to me."}


@pytest.fixture
def state(client, workspace):
    (profile,) = add(workspace=workspace, seen_at=[NOW])
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", "ann@people.example", "ann@people.example")], now=NOW)
    save_purpose(workspace=workspace, name="promotions")
    _, secret = create_key(workspace, name="till", kind="manage", role="owner", now=NOW)

    def ask(word, secret=secret, scheme="Bearer", **more):
        headers = {"authorization": f"{scheme} {secret}", "idempotency-key": word}
        path = "/api/v1/shop/people/email/ann@people.example/consent"
        return client.post(path, data={**BODY, **more}, content_type="application/json", headers=headers)

    return ask


def statements(workspace):
    return ConsentStatement.within(workspace).count()


def test_sent_twice_it_is_done_once_and_answered_the_same(workspace, state):
    first, second = state("order-1"), state("order-1")
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, {**first.json(), "may": True})
    assert (first.has_header("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (False, "true")
    assert statements(workspace) == 1
    assert state("order-2").status_code == 201
    assert statements(workspace) == 2


def test_the_scheme_may_be_written_in_small_letters(workspace, state):
    assert [state("order-1", scheme="bearer").status_code, state("order-1", scheme="BEARER").status_code] == [201, 201]
    assert statements(workspace) == 1


def test_the_same_word_for_another_request_is_refused(workspace, state):
    state("order-1")
    refused = state("order-1", state="withdrawn")
    assert (refused.status_code, statements(workspace)) == (422, 1)
    assert "used for another request" in refused.json()["detail"]


def test_what_was_refused_may_be_sent_again(workspace, state):
    assert state("order-1", purpose="unknown").status_code == 422
    assert state("order-1").status_code == 201
    assert statements(workspace) == 1


def test_a_word_belongs_to_the_key_that_sent_it(workspace, state):
    _, other = create_key(workspace, name="app", kind="manage", role="owner", now=NOW)
    assert [state("order-1").status_code, state("order-1", secret=other).status_code] == [201, 201]
    assert statements(workspace) == 2
    assert state("order-1", secret="nonsense").status_code == 401


def test_after_a_day_a_word_is_free_again_and_at_night_it_is_dropped(workspace, state):
    state("order-1")
    row = Answered.within(workspace).get()
    Answered.within(workspace).update(at=row.at - timedelta(hours=25))
    assert not state("order-1").has_header("Idempotent-Replayed")
    assert statements(workspace) == 2
    Answered.within(workspace).update(at=row.at - timedelta(hours=25))
    forget_what_expired()
    assert not Answered.within(workspace).exists()


def test_a_replay_counts_against_the_rate_too(state, settings, monkeypatch):
    monkeypatch.setattr(rate, "_buckets", {})
    settings.API_PER_MINUTE = 2
    answers = [state("order-1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (int(answers[2]["Retry-After"]) > 0, answers[2].json()["detail"][:28]) == (True, "This key may ask 2 times a m")


def test_an_answer_that_holds_a_secret_is_kept_sealed(client, workspace, settings):
    _, key = create_key(workspace, name="ops", kind="manage", role="owner", now=NOW)
    body = {"name": "crm", "url": "https://crm.example/", "events": ["*"]}
    headers = {"authorization": f"Bearer {key}", "idempotency-key": "hook-1"}
    ask = lambda: client.post("/api/v1/shop/webhooks", data=body, content_type="application/json", headers=headers)  # noqa: E731
    secret = ask().json()["secret"]
    assert secret.encode() not in bytes(Answered.within(workspace).get().body)
    assert ask().json()["secret"] == secret
    settings.SECRET_KEY = "another"
    assert (ask().status_code, ask().json()["detail"][:21]) == (409, "This request was done")


@pytest.mark.parametrize("word", ["", " ", "x" * 256])
def test_a_word_that_is_none_is_refused(state, word):
    assert state(word).status_code == 400


def test_every_write_of_the_management_api_heeds_it():
    assert any("POST" in view.methods for _, view in api_operations())
    heedless = [
        (path, method)
        for path, view in api_operations()
        for method in view.methods
        if method != "GET" and "once" not in [decorator.__name__ for decorator in getattr(view, "_run_decorators", [])]
    ]
    assert heedless == []


def api_operations():
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation
