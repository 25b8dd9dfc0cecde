"""What the page tests share: a filled workspace and somebody signed in."""

from __future__ import annotations

import copy

import pytest
from django.db import transaction
from django.test import Client

from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now
from tests.web import seed


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A workspace with something on every page, made once for a file's tests; each test's transaction is one inside this one's."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = create_workspace(name="shop", title="Shop", clock_at="2026-01-05T12:00:00+00:00")
        yield made, seed.fill(made, now(made))
        transaction.set_rollback(True)


@pytest.fixture
def workspace(request, db):
    """The world's for a test that asks for what it is filled with, else an empty one; a file's tests ask for one or the other."""
    if "filled" in request.fixturenames:
        return request.getfixturevalue("found")[0]
    return create_workspace(name="shop", title="Shop", clock_at="2026-01-05T12:00:00+00:00")


@pytest.fixture
def found(world):
    """This test's own copy of what Python holds of the world."""
    return copy.deepcopy(world)


@pytest.fixture
def filled(workspace, found):
    """What the workspace is filled with."""
    return found[1]


@pytest.fixture
def owner(workspace):
    """A browser signed in as an owner."""
    client = Client()
    client.force_login(seed.staff_for(workspace), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
