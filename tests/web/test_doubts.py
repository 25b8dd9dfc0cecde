"""The page of what was perhaps sent: shown to those who may see people, settled by those who may publish."""

import pytest
from django.urls import reverse

from duologue.engage.messages.models import Delivery
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now


@pytest.fixture
def in_doubt(workspace, filled):
    """Two deliveries in doubt; the earlier first."""
    numbers = list(Delivery.within(workspace).filter(state="accepted").order_by("pk").values_list("pk", flat=True)[:2])
    Delivery.within(workspace).filter(pk__in=numbers).update(
        state="uncertain", detail="The connection broke.", handed_over_at=now(workspace), accepted_at=None
    )
    return numbers


def test_home_leads_to_it_and_it_says_what_happened(workspace, owner, in_doubt):
    where = reverse("engage:doubts", args=[workspace.name])
    assert f'href="{where}"' in owner.get(reverse("home:home", args=[workspace.name])).text
    assert owner.get(where).text.count("The connection broke.") == 2


@pytest.mark.parametrize(("do", "state"), [("sent", "accepted"), ("again", "queued")])
def test_a_person_settles_them(workspace, owner, in_doubt, do, state):
    chosen, other = in_doubt
    answer = owner.post(reverse("engage:settle", args=[workspace.name]), {"do": do, "delivery": [chosen, "x"]}, follow=True)
    assert "1 message" in answer.text
    states = dict(Delivery.within(workspace).filter(pk__in=in_doubt).values_list("pk", "state"))
    assert states == {chosen: state, other: "uncertain"}
    assert AuditEntry.objects.latest("id").action == {"sent": "count as sent", "again": "send again"}[do]


def test_nothing_chosen_changes_nothing(workspace, owner, in_doubt):
    answer = owner.post(reverse("engage:settle", args=[workspace.name]), {"do": "again"}, follow=True)
    assert "Nothing was chosen" in answer.text
    assert set(Delivery.within(workspace).filter(pk__in=in_doubt).values_list("state", flat=True)) == {"uncertain"}


def test_all_of_a_turn_that_a_restore_left_in_doubt_are_settled_at_once(workspace, owner, in_doubt):
    Delivery.within(workspace).filter(pk=in_doubt[0]).update(reason="restored")
    where = reverse("engage:doubts", args=[workspace.name])
    shown = owner.get(where).text
    assert "1 message fell due between the backup and the restore" in shown
    one = Delivery.within(workspace).get(pk=in_doubt[0])
    which = f"{one.dialogue_id}:restore:{one.turn}"
    assert f'value="{which}"' in shown
    owner.post(reverse("engage:settle", args=[workspace.name]), {"do": "sent", "all": which})
    states = dict(Delivery.within(workspace).filter(pk__in=in_doubt).values_list("pk", "state"))
    assert states == {in_doubt[0]: "accepted", in_doubt[1]: "uncertain"}
