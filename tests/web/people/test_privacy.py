"""All that is held about a person, and forgetting them, on the screen."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from duologue.people.identifiers.models import Identifier
from duologue.people.privacy.models import Erasure
from duologue.platform.audit.models import AuditEntry
from tests.web import seed

AUTHENTICATION = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def ruth(filled):
    return filled["persons"][0]


def address(workspace, what, person):
    return reverse(f"people:{what}", args=[workspace.name, person])


def test_an_owner_exports_all_that_is_held_and_the_log_says_so(workspace, owner, ruth):
    answer = owner.post(address(workspace, "export", ruth))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{ruth}.json"'
    assert answer.json()["person"] == ruth
    assert "person0@people.example" in answer.content.decode()
    assert AuditEntry.objects.get().action == "export person"
    assert owner.post(address(workspace, "export", 999_999)).status_code == 404


def test_erasing_asks_for_the_number_and_keeps_the_proof(workspace, owner, ruth):
    refused = owner.post(address(workspace, "erase", ruth), {"number": "12"}, follow=True)
    assert f"type {ruth} to confirm" in refused.content.decode()
    assert not Erasure.within(workspace).exists()
    done = owner.post(address(workspace, "erase", ruth), {"number": f" {ruth} "}, follow=True).content.decode()
    proof = Erasure.within(workspace).get()
    assert f"Person {ruth} is erased (proof {proof.pk})" in done
    assert not Identifier.within(workspace).filter(profile_id=ruth).exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.detail) == ("erase person", str(ruth), {"proof": proof.pk})
    assert owner.get(address(workspace, "person", ruth)).status_code == 200


@pytest.mark.parametrize("role", ["editor", "analyst", "care"])
def test_the_buttons_stand_there_only_for_those_who_may(workspace, owner, ruth, role):
    client = Client()
    client.force_login(seed.staff_for(workspace, role, f"{role}@shop.example"), backend=AUTHENTICATION)
    page = address(workspace, "person", ruth)
    assert "Erase for good" in owner.get(page).content.decode()
    assert "Their data" not in client.get(page).content.decode()
    assert client.post(address(workspace, "erase", ruth), {"number": str(ruth)}).status_code == 403
    assert client.post(address(workspace, "export", ruth)).status_code == 403
