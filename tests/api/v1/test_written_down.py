"""Every write of the management API stands in the log: by which key, what and on what; no secret, and nobody's data."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest

from duologue.engage.endpoints.actions import add_endpoint
from duologue.engage.endpoints.models import Endpoint, Untaken
from duologue.engage.perks import lives
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.models import Perk
from duologue.engage.runs.actions import start_dialogue
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.models import Profile
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.actions import publish, save_draft
from tests.api.described import description
from tests.api.v1.test_management import BY_HAND
from tests.doors.test_management_api import NUMBERS, key  # noqa: F401 - an owner's key, in a workspace that has one of each thing
from tests.engage.perks.test_perks import offer

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ANN = "email/ann@people.example"
WRITES = {said["operationId"]: (way, path) for path, ways in description()["paths"].items() for way, said in ways.items() if way != "get"}
SITE = "site: tea\ntitle: More tea\ntext: Tea\nasks: [email]\n"
SURVEY = "survey: why\nquestions: {why: {ask: Why not?, kind: text}}\n"
HOOK = {"url": "https://other.example/hooks/T0p-Secret", "events": ["Order Completed"]}
WRITTEN = {  # by operation, in an order in which each finds something to do: its names, what it is sent, and what the log says
    "state_consent": (
        ANN,
        {"channel": "email", "purpose": "promotions", "state": "granted", "source": "till", "wording": "May we?"},
        ("note consent granted", {"purpose": "promotions", "channel": "email"}),
    ),
    "change_facts": (ANN, {"facts": {"tea": "Assam", "pot": None}}, ("change facts", {"keys": ["pot", "tea"]})),
    "save_product": ("P-1", {"name": "Tea", "price": 8.5}, ("save products", {"changed": 1})),
    "save_products": ("", {"products": [{"key": "P-2", "name": "Pot"}, {"key": "P-3", "name": "Cup"}]}, ("save products", {"changed": 2})),
    "take_product_out": ("P-1", {}, ("take products out", {"gone": 1})),
    "take_products_out": ("", {"keys": ["P-2", "P-3"]}, ("take products out", {"gone": 2})),
    "redeem_perk": ("", {"code": "ABCD2345", "order": "o-1", "worth": 500}, ("redeem perk", {"order": "o-1"})),
    "spend_balance": (
        "",
        {"whose": "ann@people.example", "unit": "points", "amount": 10, "order": "o-2"},
        ("spend balance", {"unit": "points", "amount": 10, "order": "o-2"}),
    ),
    "start_import": ("", None, ("import people", {})),
    "start_dialogue_by_hand": ("by-hand", {"people": ["ann@people.example"]}, ("start dialogue by hand", {"began": 1})),
    "pause_dialogue": ("by-hand", {}, ("pause dialogue", {})),
    "resume_dialogue": ("by-hand", {}, ("resume dialogue", {})),
    "add_broadcast": ("", {"name": "may", "segment": "buyers", "purpose": "promotions", "message": "hello"}, ("save broadcast", {})),
    "change_broadcast": ("may", {"segment": "buyers", "purpose": "promotions", "message": "hello", "pace": 9}, ("save broadcast", {})),
    "send_broadcast": ("may", {}, ("send broadcast", {})),
    "stop_broadcast": ("may", {}, ("stop broadcast", {})),
    "answer_conversation": ("1", {"text": "Dear Ann"}, ("answer conversation", {})),
    "note_conversation": ("1", {"text": "A regular"}, ("note conversation", {})),
    "close_conversation": ("1", {"outcome": "solved"}, ("close conversation", {"outcome": "solved"})),
    "publish_contribution": ("1", {"seen": NOW.isoformat(), "shown_as": "Ann"}, ("publish contribution", {})),
    "decline_contribution": ("1", {"reason": "no longer"}, ("decline contribution", {})),
    "draft_site": ("tea", {"source": SITE}, ("draft site", {})),
    "publish_site": ("tea", {}, ("publish site", {"version": 2})),
    "bring_site_back": ("tea/1", {}, ("bring back site", {"version": 1, "as": 3})),
    "save_survey": ("why", {"source": SURVEY}, ("save survey", {"version": 2})),
    "save_campaign": ("autumn", {"source": "campaign: autumn\nabout: Leaves\n"}, ("save campaign", {"version": 2})),
    "save_placement": ("poster", {"source": "placement: poster\nmedium: poster\ncodes: [LEAF]\n"}, ("save placement", {"version": 2})),
    "save_occasion": ("tasting", {"source": "occasion: tasting\nstarts_at: 2026-04-01 18:00\n"}, ("save occasion", {"version": 2})),
    "add_webhook": ("", {"name": "erp", **HOOK}, ("add webhook", {"events": ["Order Completed"], "addresses": False})),
    "change_webhook": (
        "crm",
        {**HOOK, "is_test": True},
        ("change webhook", {"host": ["crm.example", "other.example"], "events": [["*"], ["Order Completed"]], "is_test": [False, True]}),
    ),
    "pause_webhook": ("crm", {}, ("pause webhook", {})),
    "resume_webhook": ("crm", {}, ("resume webhook", {})),
    "renew_webhook_secret": ("crm", {}, ("change webhook secret", {})),
    "tell_webhook_again": ("crm", {"since": "2025-12-01T00:00:00Z"}, ("tell webhook again", {"since": "2025-12-01 00:00:00+00:00"})),
    "send_untaken_again": ("crm", {}, ("send untaken again", {"events": 1})),
    "forget_webhook": ("crm", {}, ("forget webhook", {})),
    "erase_person": (ANN, {}, ("erase person", {"proof": 1})),
}


@pytest.fixture
def ann(workspace, key):  # noqa: F811
    """The one person of the workspace, with a code, with points, in reach of all that is written below."""
    (profile,) = Profile.within(workspace).values_list("pk", flat=True)
    code, points = offer(workspace, "ten"), offer(workspace, "points", kind="points", code="none", worth=50)
    for one in (code, points):
        perks = [answer.perk for answer in reserve(workspace=workspace, requests=[PerkRequest(one.name, profile, profile)], now=NOW)]
        lives.issue(workspace=workspace, perks=perks, now=NOW)
    Perk.within(workspace).exclude(code="").update(code="ABCD2345")
    state(workspace=workspace, statements=[NewStatement(profile, "public", "promotions", "granted", NOW, "x", "x", {})], now=NOW)
    save_purpose(workspace=workspace, name="bookings", basis="contract")
    save_draft(workspace=workspace, name="by-hand", source=BY_HAND)
    publish(workspace=workspace, name="by-hand", pins={}, now=now(workspace))
    start_dialogue(workspace=workspace, name="by-hand", now=now(workspace))
    add_endpoint(workspace=workspace, name="spare", url="https://spare.example", events=["*"], now=NOW)
    Untaken(
        workspace=workspace,
        endpoint=Endpoint.within(workspace).get(name="crm"),
        profile_id=profile,
        write_id=1,
        event_id=1,
        name="Order Completed",
        occurred_at=NOW,
        set_aside_at=NOW,
        reason="status 400",
    ).save()
    return profile


def write(client, secret, operation, names, body):
    way, path = WRITES[operation]
    head = {"Authorization": f"Bearer {secret}"}
    area = path.split("/")[4]
    given = iter([str(NUMBERS[area])] if area in NUMBERS else names.split("/"))
    path = re.sub(r"\{(?!workspace)\w+\}", lambda _: next(given), path).replace("{workspace}", "shop")
    if body is None:
        file = BytesIO(b"Email\nben@people.example\n")
        file.name = "people.csv"
        return client.post(path, {"kind": "people", "file": file}, headers=head)
    return getattr(client, way)(path, data=body, content_type="application/json", headers=head)


def test_every_operation_that_writes_is_written_down(client, workspace, key, ann):  # noqa: F811
    assert list(WRITTEN) == sorted(WRITES, key=list(WRITTEN).index)
    wrong, said = [], []
    for operation, (names, body, entry) in WRITTEN.items():
        last = max(AuditEntry.objects.values_list("pk", flat=True), default=0)
        answer = write(client, key, operation, names, body)
        rows = AuditEntry.objects.filter(pk__gt=last, actor="key test", workspace=workspace)
        found = [(row.action, row.detail if operation != "erase_person" else entry[1]) for row in rows]
        said += [json.dumps([row.action, row.subject, row.detail]) for row in rows]
        if (answer.status_code // 100, found) != (2, [entry]):
            wrong.append((operation, answer.status_code, answer.content[:300], found))
    assert wrong == []
    assert [line for line in said if re.search(r"people\.example|Assam|ABCD2345|T0p-Secret|whsec_|duo_m_|Dear Ann|regular", line)] == []


def test_what_changes_nothing_is_not_written_down(client, workspace, key, ann):  # noqa: F811
    write(client, key, "save_product", "P-1", {"name": "Tea"})
    write(client, key, "redeem_perk", "", {"code": "ABCD2345", "order": "o-1"})
    before = AuditEntry.objects.count()
    again = [
        write(client, key, "save_product", "P-1", {"name": "Tea"}),
        write(client, key, "redeem_perk", "", {"code": "ABCD2345", "order": "o-1"}),
        write(client, key, "resume_dialogue", "by-hand", {}),
    ]
    assert ([answer.status_code for answer in again], AuditEntry.objects.count()) == ([200] * 3, before)


@pytest.mark.parametrize("word", [{}, {"Idempotency-Key": "once"}])
def test_what_is_done_and_what_the_log_says_stand_or_fall_together(client, workspace, key, ann, word, monkeypatch):  # noqa: F811
    def cut(*_values, **_more):
        raise RuntimeError("cut off")

    monkeypatch.setattr("duologue.api.v1.access.note", cut)
    client.raise_request_exception = False
    body = {"url": "https://other.example", "events": ["*"]}
    head = {"Authorization": f"Bearer {key}", **word}
    answer = client.put("/api/v1/shop/webhooks/crm", data=body, content_type="application/json", headers=head)
    assert (answer.status_code, Endpoint.within(workspace).get(name="crm").url) == (500, "https://crm.example")
