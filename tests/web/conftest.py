"""What the page tests share: a filled workspace and somebody signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from duologue.platform.workspaces.queries import now
from tests.web import seed


@pytest.fixture
def filled(workspace):
    """The workspace with something on every page."""
    return seed.fill(workspace, now(workspace))


@pytest.fixture
def owner(workspace):
    """A browser signed in as an owner."""
    client = Client()
    client.force_login(seed.staff_for(workspace), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
