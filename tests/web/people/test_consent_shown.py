"""What somebody agreed to, in which words, and what proves it, on their page and over HTTP."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.urls import reverse

from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.rules import LONG_AGO
from duologue.people.identifiers.models import Identifier
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import create_key
from duologue.platform.workspaces.queries import now


def somebody(workspace):
    at = now(workspace)
    (ann,) = add(workspace=workspace, seen_at=[at])
    Identifier(
        workspace=workspace, profile_id=ann, kind="email", value="ann@people.example", shown="Ann@People.example", first_seen_at=at
    ).save()
    asked = Delivery(
        workspace=workspace, person=ann, profile_id=ann, shard=1, turn="ask", channel="email", purpose="news", basis="confirmation",
        state="accepted", address="ann@people.example", due_at=at, too_late_at=at, planned_at=at, accepted_at=at,
    )  # fmt: skip
    asked.save()
    said = [
        NewStatement(ann, "email", "news", "granted", at, "consent page", "Is this you? Yes, write to me.", {"delivery": asked.pk}),
        NewStatement(ann, "email", "offers", "withdrawn", at, "list from mailchimp", "", {"reason": "TOO_MANY", "delivery": 999_999}),
    ]
    state(workspace=workspace, statements=said, now=at)
    return ann, asked


def test_a_member_sees_the_words_the_letter_and_whether_the_chain_holds(workspace, owner):
    ann, _ = somebody(workspace)
    page = owner.get(reverse("people:person", args=[workspace.name, ann])).content.decode()
    assert "“Is this you? Yes, write to me.”" in page
    assert "consent page; asked by a letter to ann@people.example, " in page
    assert "list from mailchimp; reason: TOO_MANY" in page
    assert "changed since it was written" not in page
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_consentstatement SET wording = 'Anything' WHERE purpose = 'news'")
    page = owner.get(reverse("people:person", args=[workspace.name, ann])).content.decode()
    assert page.count("changed since it was written") == 2  # it, and what stands on it


@pytest.mark.parametrize("said", [[1], {"of": 1}, True, "1", 2.5, 10**18, 10**30, -1, None])
def test_whatever_a_program_says_of_a_delivery_the_page_is_shown(workspace, owner, said):
    """Whoever holds a write key states what they like as proof; only a delivery's own number names one."""
    ann, _ = somebody(workspace)
    state(
        workspace=workspace,
        statements=[NewStatement(ann, "email", "news", "granted", now(workspace), "app", "Yes", {"delivery": said})],
        now=now(workspace),
    )
    answer = owner.get(reverse("people:person", args=[workspace.name, ann]))
    assert answer.status_code == 200
    assert answer.content.decode().count("asked by a letter to") == 1


def test_a_yes_whose_day_is_not_known_says_so(workspace, owner):
    at = now(workspace)
    (ann,) = add(workspace=workspace, seen_at=[at])
    state(workspace=workspace, statements=[NewStatement(ann, "email", "news", "granted", LONG_AGO, "list", heard_at=at)], now=at)
    page = owner.get(reverse("people:person", args=[workspace.name, ann])).content.decode()
    assert page.count("date not known") == 2  # how they stand, and the proof
    assert "date not known; heard " in page


def test_a_program_gets_the_proof(workspace, client):
    _, asked = somebody(workspace)
    secret = create_key(workspace, name="robot", kind="manage", role="owner", now=now(workspace))[1]
    answer = client.get("/api/v1/shop/people/email/ann@people.example/consent", headers={"Authorization": f"Bearer {secret}"})
    assert [one["proof"] for one in json.loads(answer.content)] == [{"delivery": asked.pk}, {"reason": "TOO_MANY", "delivery": 999_999}]
