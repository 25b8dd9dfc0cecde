"""The management API held to its own description: every operation, with data that fits it and data that does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from duologue.api.v1.urls import api
from duologue.people.consent.actions import save_purpose
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import create_key
from duologue.strategize.models import Dialogue
from tests.drawn import drawn

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
DESCRIPTION = api.get_openapi_schema(path_prefix="/api/v1/")
OPERATIONS = [
    (path, method)
    for path, operations in DESCRIPTION["paths"].items()
    for method in operations
    if method in {"get", "post", "put", "patch", "delete"}
]
REAL = {"workspace": "shop", "kind": "email", "value": "ann@people.example", "name": "win-back"}


@pytest.fixture
def key(workspace):
    save_purpose(workspace=workspace, name="promotions")
    Dialogue(workspace=workspace, name="win-back", draft="").save()
    (profile,) = add(workspace=workspace, seen_at=[NOW])
    attach(workspace=workspace, identifiers=[NewIdentifier(profile, "email", "ann@people.example", "ann@people.example")], now=NOW)
    return create_key(workspace, name="test", kind="manage", role="owner", now=NOW)[1]


@pytest.fixture(scope="module")
def described():
    """The description, read once, with the application itself behind it."""
    found = schemathesis.openapi.from_dict(DESCRIPTION)
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


@pytest.mark.filterwarnings("default")
@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
@pytest.mark.parametrize("real", [True, False], ids=["what there is", "anything"])
def test_each_operation_answers_as_described(schema, key, path, method, real):
    operation = schema[path][method.upper()]

    @settings(max_examples=drawn(15), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def each(case):
        if real:
            case.path_parameters = {name: REAL.get(name, made) for name, made in (case.path_parameters or {}).items()}
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    each()
