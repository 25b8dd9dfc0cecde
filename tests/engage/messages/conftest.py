from datetime import timedelta

import pytest

from duologue.engage.channels.actions import save_relay
from duologue.engage.messages.actions import NewDelivery, save_message
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.identifiers.models import Identifier
from duologue.people.profiles.models import Profile
from duologue.platform.workspaces.queries import now as now_in


@pytest.fixture
def now(workspace):
    return now_in(workspace)


@pytest.fixture
def shop(workspace, now):
    """A workspace with a mailbox, two purposes and one message."""
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    save_purpose(workspace=workspace, name="promotions", basis="consent")
    save_purpose(workspace=workspace, name="orders", basis="contract")
    save_message(
        workspace=workspace,
        name="hello",
        source="""
message: hello
subject: "Hello {{ person.first_name }}"
body: |
  Dear {{ person.first_name }},

  [See what is new](https://shop.example/new)
fallback: {person.first_name: there}
locales:
  de: {subject: "Hallo {{ person.first_name }}", body: "[Neues](https://shop.example/neu)"}
""",
        now=now,
    )
    return workspace


@pytest.fixture
def person(shop, now):
    """Make a person: person(3) has the address p3@example.com and allowed promotions by e-mail."""

    def make(number, *, consent=True, email=True, **more):
        profile = Profile(
            workspace=shop,
            shard=number % 64,
            created_at=now,
            seen_at=now,
            person=0,
            **{"locale": "", "timezone": "UTC", "country": "GB", **more},
        )
        profile.save()
        Profile.within(shop).filter(pk=profile.pk).update(person=profile.pk)
        if email:
            address = f"p{number}@example.com"
            Identifier(workspace=shop, profile=profile, kind="email", value=address, shown=address, first_seen_at=now).save()
        if consent:
            state(
                workspace=shop,
                statements=[
                    NewStatement(
                        profile_id=profile.pk,
                        channel="email",
                        purpose="promotions",
                        state="granted",
                        at=now - timedelta(days=1),
                        source="form",
                        wording="Yes",
                        proof={},
                    )
                ],
                now=now,
            )
        return profile.pk

    return make


@pytest.fixture
def delivery(now):
    """Describe a delivery to plan for a person."""

    def make(profile, **more):
        plain = {
            "person": profile,
            "profile_id": profile,
            "shard": 0,
            "channel": "email",
            "purpose": "promotions",
            "due_at": now,
            "too_late_at": now + timedelta(days=3),
            "message": "hello",
        }
        return NewDelivery(**{**plain, **more})

    return make
