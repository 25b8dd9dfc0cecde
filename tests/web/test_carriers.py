"""Mail services on screen: the address is shown once, what is there keeps its password; and keys for parts of the API."""

import re

from django.urls import reverse

from duologue.engage.carriers.actions import heard
from duologue.engage.carriers.queries import carrier
from duologue.platform.audit.models import AuditEntry
from duologue.platform.staff.models import Key
from duologue.platform.staff.rules import AREAS
from duologue.platform.workspaces.queries import now


def test_one_is_added_with_an_address_shown_once_and_forgotten(workspace, owner):
    page, add = reverse("setup:carriers", args=[workspace.name]), reverse("setup:new-carrier", args=[workspace.name])
    assert "No service tells us anything yet" in owner.get(page).text
    shown = owner.post(add, {"kind": "postmark"}, follow=True).text
    kept = carrier(workspace, "postmark")
    assert f"http://duologue:{kept.password}@127.0.0.1:8000/carriers/{workspace.name}/postmark" in shown
    again = owner.get(page).text
    assert kept.password not in again
    assert "has told nothing yet" in again
    heard(workspace=workspace, name="postmark", now=now(workspace))
    assert "told something just now" in owner.get(page).text
    assert "last just now" in owner.get(reverse("setup:setup", args=[workspace.name])).text
    assert "There is a service &#x27;postmark&#x27; already" in owner.post(add, {"kind": "postmark"}, follow=True).text
    assert carrier(workspace, "postmark") == kept
    assert "mailgun signs its calls" in owner.post(add, {"kind": "mailgun"}, follow=True).text
    assert "is no service that is understood" in owner.post(add, {"kind": "pigeon"}, follow=True).text
    assert "is no name for a service" in owner.post(add, {"kind": "postmark", "name": "A b"}, follow=True).text
    shown = owner.post(add, {"kind": "mailgun", "name": "bulk", "key": "a-signing-key"}, follow=True).text
    assert "a-signing-key" not in shown
    forget = reverse("setup:forget-carrier", args=[workspace.name, "postmark"])
    assert "Nothing more is heard of postmark" in owner.post(forget, follow=True).text
    assert carrier(workspace, "postmark") is None
    assert owner.post(forget).status_code == 404
    owner.post(add, {"kind": "postmark"})
    assert owner.get(page).text.count("has told nothing yet") == 2  # what was heard of the former one went with it
    assert list(AuditEntry.objects.filter(workspace=workspace).order_by("pk").values_list("action", "subject")) == [
        ("add carrier", "postmark"), ("add carrier", "bulk"), ("forget carrier", "postmark"), ("add carrier", "postmark"),
    ]  # fmt: skip


def test_a_key_is_made_for_the_parts_of_the_api_that_were_ticked(workspace, owner):
    page, make = reverse("setup:setup", args=[workspace.name]), reverse("setup:key", args=[workspace.name])
    assert len(re.findall(r'name="only"', owner.get(page).text)) == len(AREAS)
    shown = owner.post(make, {"name": "till", "kind": "manage", "role": "care", "only": ["perks", "people"]}, follow=True).text
    assert "acts as care for people, perks alone" in shown
    secret = re.search(r"duo_m_[\w-]+", shown)[0]
    answers = [
        owner.get(f"/api/v1/{workspace.name}/{where}", headers={"Authorization": f"Bearer {secret}"}).status_code
        for where in ("perks", "segments")
    ]
    assert answers[1] == 403
    assert answers[0] != 403
    assert "The API has no" in owner.post(make, {"name": "x", "kind": "manage", "role": "care", "only": "moon"}, follow=True).text
    owner.post(make, {"name": "shop", "kind": "write", "only": "perks"})
    assert dict(Key.within(workspace).values_list("name", "only")) == {"till": ["people", "perks"], "shop": []}
