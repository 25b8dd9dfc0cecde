"""The management API held to its own description: every operation, with data that fits it and data that does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from duologue.engage.broadcasts.actions import save as save_broadcast
from duologue.engage.broadcasts.rules.texts import Broadcast
from duologue.engage.contributions.models import Contribution
from duologue.engage.conversations.actions import hand_over
from duologue.engage.endpoints.actions import add_endpoint
from duologue.engage.messages.actions import save_message
from duologue.engage.sites.actions import save_site
from duologue.people.consent.actions import save_purpose
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.imports.models import Import
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import create_key
from duologue.strategize.campaigns.actions import save_campaign
from duologue.strategize.campaigns.rules import Campaign
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.strategize.models import Dialogue, Segment
from duologue.strategize.occasions.actions import save_occasion
from duologue.strategize.occasions.rules import Occasion
from duologue.strategize.placements.actions import save_placement
from duologue.strategize.placements.rules import Placement
from tests.api.described import description, operations

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
OPERATIONS = operations()
REAL = {"workspace": "shop", "kind": "email", "value": "ann@people.example"}
NAMES = {"dialogues": "win-back", "segments": "buyers", "messages": "hello", "broadcasts": "spring", "webhooks": "crm", "sites": "tea"}
NAMES |= {"surveys": "why", "campaigns": "autumn", "placements": "poster", "occasions": "tasting"}
NUMBERS: dict[str, int] = {}


@pytest.fixture
def key(workspace):
    """A key of an owner, in a workspace that has one of each thing."""
    save_purpose(workspace=workspace, name="promotions")
    Dialogue(workspace=workspace, name="win-back", draft="").save()
    Segment(workspace=workspace, name="buyers", source="", rule={}).save()
    hello = {"message": "hello", "email": {"subject": "Hello", "body": "[Look](https://shop.example/)."}}
    save_message(workspace=workspace, name="hello", source=hello, now=NOW)
    save_broadcast(workspace=workspace, broadcast=Broadcast("spring", "Spring", "buyers", "promotions", "hello"), now=NOW)
    (profile,) = add(workspace=workspace, seen_at=[NOW])
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", "ann@people.example", "ann@people.example")], now=NOW)
    made = hand_over(workspace=workspace, person=profile, profile=profile, team="care", now=NOW)
    NUMBERS["conversations"] = made
    NUMBERS["contributions"] = make_contribution(workspace, profile)
    job = Import(workspace=workspace, kind="people", file="x.csv", file_digest=b"", recipe="", started_at=NOW)
    job.save()
    NUMBERS["imports"] = job.pk
    save_site(workspace=workspace, source="site: tea\ntitle: Tea\ntext: Tea\nasks: [email]\n", now=NOW)
    save_campaign(workspace=workspace, campaign=Campaign("autumn"), now=NOW)
    save_placement(workspace=workspace, placement=Placement("poster", "poster", codes=("TEA",)), now=NOW)
    save_occasion(workspace=workspace, occasion=Occasion("tasting", starts_at="2026-03-01 18:00"), now=NOW)
    survey = "survey: why\nquestions: {why: {ask: Why?, kind: text}}\n"
    save_survey(workspace=workspace, survey=read_survey(survey), now=NOW)
    add_endpoint(workspace=workspace, name="crm", url="https://crm.example", events=["*"], now=NOW)
    return create_key(workspace, name="test", kind="manage", role="owner", now=NOW)[1]


def make_contribution(workspace, profile):
    row = Contribution(workspace=workspace, profile_id=profile, kind="quote", text="Lovely", purpose="promotions", came_at=NOW)
    row.save()
    return row.pk


@pytest.fixture(scope="module")
def described():
    """The description, read once, with the application itself behind it."""
    found = schemathesis.openapi.from_dict(description())
    found.app = get_wsgi_application()
    return found


@pytest.fixture
def schema(described):
    """The description with the application on the test's own connection."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield described
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def hold(schema, key, path, method, *, real, examples):
    """Call an operation with that many made-up requests, always the same ones, and hold each answer to the description."""
    operation = schema[path][method.upper()]
    area = path.split("/")[4]
    here = {**REAL, "name": NAMES.get(area, "x"), "number": 1 if "versions" in path else NUMBERS.get(area, 1)}

    @seed(20260105)
    @settings(max_examples=examples, deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def each(case):
        if real:
            case.path_parameters = {name: here.get(name, made) for name, made in (case.path_parameters or {}).items()}
        case.path_parameters["workspace"] = "shop"
        with transaction.atomic():
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
            transaction.set_rollback(True)

    each()


@pytest.mark.filterwarnings("default")
@pytest.mark.django_db
@pytest.mark.parametrize("real", [pytest.param(True, id="what there is", marks=pytest.mark.first), pytest.param(False, id="anything")])
def test_operations_answer_as_described(schema, key, real, monkeypatch):
    monkeypatch.setattr("django.conf.settings.API_PER_MINUTE", 0)
    for path, method in OPERATIONS:
        hold(schema, key, path, method, real=real, examples=3 if real else 1)


@pytest.mark.long
@pytest.mark.filterwarnings("default")
@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
@pytest.mark.parametrize("real", [True, False], ids=["what there is", "anything"])
def test_each_operation_answers_as_described_a_hundred_times(schema, key, path, method, real, monkeypatch):
    monkeypatch.setattr("django.conf.settings.API_PER_MINUTE", 0)
    hold(schema, key, path, method, real=real, examples=100)
