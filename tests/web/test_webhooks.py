"""Webhooks out on screen: added with a secret that is shown once, changed, told again; mistakes are sentences."""

from datetime import UTC, datetime

from django.urls import reverse

from duologue.engage.endpoints.actions import pause_endpoint, resume_endpoint
from duologue.engage.endpoints.queries import endpoint
from duologue.engage.models import Endpoint
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from duologue.web.setup.webhooks import _since


def test_one_is_added_changed_and_forgotten(workspace, owner):
    where = reverse("setup:webhooks", args=[workspace.name])
    assert "No program is told yet" in owner.get(where).text
    wishes = {"name": "crm", "url": "https://crm.example/hooks", "events": "Order Completed\n\nSigned Up, Reply Sent", "addresses": "yes"}
    shown = owner.post(reverse("setup:new-webhook", args=[workspace.name]), wishes, follow=True).text
    assert "whsec_" in shown
    page = reverse("setup:webhook", args=[workspace.name, "crm"])
    assert "whsec_" not in owner.get(page).text
    one = endpoint(workspace, "crm")
    assert (one.events, one.addresses, one.is_test) == (["Order Completed", "Reply Sent", "Signed Up"], True, False)
    act = reverse("setup:change-webhook", args=[workspace.name, "crm"])
    assert "begins with https" in owner.post(act, {"do": "save", "url": "ftp://x", "events": "*"}, follow=True).text
    owner.post(act, {"do": "save", "url": "https://crm.example/other", "events": "*", "is_test": "yes"})
    one.refresh_from_db()
    assert (one.url, one.events, one.addresses, one.is_test) == ("https://crm.example/other", ["*"], False, True)
    for do in ("pause", "resume", "secret"):
        assert owner.post(act, {"do": do}).status_code == 302
    assert "crm is not paused: somebody has let it go on already." in owner.post(act, {"do": "resume"}, follow=True).text
    pause_endpoint(workspace=workspace, name="crm", now=now(workspace))  # a colleague, meanwhile
    assert "crm is paused already, since 2026-01-05 12:00." in owner.post(act, {"do": "pause"}, follow=True).text
    resume_endpoint(workspace=workspace, name="crm", now=now(workspace))
    for wrong in ({"since": "never"}, {"since": ""}, {"from": "evt_x"}, {"since": "2999-01-01T00:00"}):
        assert 'class="note bad"' in (text := owner.post(act, {"do": "again", **wrong}, follow=True).text) or "error" in text
    assert owner.post(act, {"do": "no such"}, follow=True).status_code == 200
    owner.post(act, {"do": "forget"})
    assert not Endpoint.within(workspace).exists()
    assert owner.post(act, {"do": "pause"}).status_code == 404
    kept = AuditEntry.objects.filter(workspace=workspace).order_by("pk")
    assert [row.action for row in kept] == [
        "add webhook", "change webhook", "pause webhook", "resume webhook", "change webhook secret", "forget webhook",
    ]  # fmt: skip
    three = ["Order Completed", "Reply Sent", "Signed Up"]
    assert kept[1].detail == {
        "host": ["crm.example", "crm.example"],
        "events": [three, ["*"]],
        "addresses": [True, False],
        "is_test": [False, True],
    }


def test_a_moment_is_meant_on_the_workspaces_clock():
    tokyo = Workspace(timezone="Asia/Tokyo")
    assert _since("2026-01-05T09:00", tokyo) == datetime(2026, 1, 5, 0, tzinfo=UTC)
    assert _since(" ", tokyo) is None
