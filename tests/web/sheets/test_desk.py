"""Forms beside texts: what they make, what is refused and where, and what may be taken away."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import named
from duologue.kit.yaml import read_yaml
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now
from duologue.strategize.campaigns.queries import current as campaign
from duologue.strategize.guardrails.queries import current as guardrails
from duologue.strategize.guardrails.rules import Cap
from duologue.web.sheets.kinds import SHEETS
from tests.web import seed

NAMES = {"campaign": "spring", "placement": "spring-radio", "occasion": "tasting", "persona": "gift-giver", "guardrails": "guardrails"}


def desk(workspace, word, name=""):
    return reverse("sheets:change", args=[workspace.name, word, name]) if name else reverse("sheets:new", args=[workspace.name, word])


def filled_in(owner, where, **changed):
    """What a browser would send of a desk where nobody touched more than `changed`."""
    context = owner.get(where).context
    form = {"known": context["known"], "base": context["draft"].base, "of": context["name"]}
    for key, value in context["draft"].said.items():
        if isinstance(value, list):
            form |= {f"{key}.{index}.{part}": said for index, row in enumerate(value) for part, said in row.items()}
        elif isinstance(value, dict):
            form |= {f"{key}.{part}": said for part, said in value.items()}
        else:
            form[key] = value
    return form | changed


@pytest.mark.parametrize(("word", "name"), NAMES.items())
def test_a_form_that_nobody_touched_changes_nothing(owner, workspace, filled, word, name):
    where = desk(workspace, word, name)
    before = SHEETS[word].text(workspace, name)
    answer = owner.post(where, filled_in(owner, where), follow=True)
    assert "Nothing in it has changed." in answer.content.decode()
    assert SHEETS[word].text(workspace, name) == before


def test_a_form_makes_a_text_that_a_plan_folder_takes_without_a_change(owner, workspace, filled):
    form = {
        "title": "Autumn fair",
        "period.from": "2026-09-01",
        "goal.event": "Order Completed",
        "goal.at_least": "40",
        "budget": "500 GBP",
    }
    assert owner.post(desk(workspace, "campaign"), form).status_code == 302
    text = files_in_force(workspace)["campaigns/autumn-fair.yaml"]
    assert read_yaml(text.decode()).data == {
        "campaign": "autumn-fair",
        "title": "Autumn fair",
        "period": {"from": "2026-09-01"},
        "goal": {"event": "Order Completed", "at_least": 40},
        "budget": "500 GBP",
    }
    files = [named("campaigns/autumn-fair.yaml", text)]
    apply_files(workspace=workspace, files=files, now=now(workspace))
    assert campaign(workspace, "autumn-fair").number == 1
    assert files_in_force(workspace)["campaigns/autumn-fair.yaml"] == text


def test_what_a_form_leaves_keeps_its_words_and_comments(owner, workspace, filled):
    where = desk(workspace, "guardrails", "guardrails")
    days = ["Mo", "Tu", "We", "Sa"]
    owner.post(where, filled_in(owner, where, **{"window.days": days, "window.opens": "09:00"}))
    assert files_in_force(workspace)["guardrails.yaml"].decode() == (
        '# what nobody should have to bear\ncaps:\n  - {channel: email, at_most: 2, within: 7d}\nwindow: "Mo-We,Sa 09:00-21:00"\n'
    )
    owner.post(where, filled_in(owner, where, **{"caps.1.at_most": "5", "caps.1.number": "30", "caps.1.unit": "d"}))
    assert guardrails(workspace).caps == (Cap(2, "7d", "email"), Cap(5, "30d"))


@pytest.mark.parametrize(
    ("word", "changed", "key", "sentence"),
    [
        ("campaign", {"period.to": "2025-01-01"}, "period.to", "The period ends before it begins."),
        ("campaign", {"budget": "lots"}, "budget", "lots"),
        ("placement", {"codes": "SPRING\nspring"}, "codes", "is given twice"),
        ("placement", {"medium": ""}, "medium", "needs `medium`"),
        ("occasion", {"seats": "many"}, "seats", "`seats` needs a number"),
        ("occasion", {"ends_at": "2026-03-12T17:00"}, "ends_at", "ends before it begins"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_keeps_nothing(owner, workspace, filled, word, changed, key, sentence):
    where = desk(workspace, word, NAMES[word])
    before = SHEETS[word].text(workspace, NAMES[word])
    answer = owner.post(where, filled_in(owner, where, **changed))
    assert answer.status_code == 422
    faults = {one.field.key: one.faults for _, fields in answer.context["groups"] for one in fields if one.faults}
    assert list(faults) == [key]
    assert sentence in faults[key][0]
    assert SHEETS[word].text(workspace, NAMES[word]) == before


def test_two_people_at_once_never_write_over_each_other(owner, workspace, filled):
    where = desk(workspace, "persona", "gift-giver")
    mine = filled_in(owner, where, about="Mine")
    owner.post(where, filled_in(owner, where, about="Theirs"))
    answer = owner.post(where, mine)
    assert "Somebody changed it while you wrote." in answer.content.decode()
    assert "about: Theirs" in SHEETS["persona"].text(workspace, "gift-giver")
    again = owner.post(desk(workspace, "persona"), {"title": "Gift giver"})
    assert "There is gift-giver already" in again.content.decode()


def test_an_earlier_version_is_brought_back_as_a_new_one(owner, workspace, filled):
    where = desk(workspace, "persona", "gift-giver")
    first = SHEETS["persona"].text(workspace, "gift-giver")
    owner.post(where, filled_in(owner, where, about="Otherwise"))
    owner.post(where, filled_in(owner, f"{where}?version=1"))
    assert SHEETS["persona"].text(workspace, "gift-giver") == first
    assert [one.number for one in SHEETS["persona"].versions(workspace, "gift-giver")] == [3, 2, 1]


def test_what_is_named_stays_and_says_by_what(owner, workspace, filled):
    for word, name, by in (("persona", "gift-giver", "Win back"), ("campaign", "spring", "and 1 more")):
        known = owner.get(desk(workspace, word, name)).context["known"]
        answer = owner.post(reverse("sheets:take-away", args=[workspace.name, word, name]), {"known": known}, follow=True)
        assert "It stays: " in answer.content.decode()
        assert by in answer.content.decode()
        assert SHEETS[word].text(workspace, name)


def test_what_nothing_names_is_taken_away_and_dumped_no_more(owner, workspace, filled):
    text = b"persona: cook\ntitle: The cook\n"
    apply_files(workspace=workspace, files=[named("personas/cook.yaml", text)], now=now(workspace))
    known = owner.get(desk(workspace, "persona", "cook")).context["known"]
    owner.post(reverse("sheets:take-away", args=[workspace.name, "persona", "cook"]), {"known": known})
    assert "personas/cook.yaml" not in files_in_force(workspace)
    assert AuditEntry.objects.get(workspace=workspace, action="take away persona").detail == {"text": text.decode()}


@pytest.mark.parametrize(("role", "status"), [("guest", 403), ("analyst", 403), ("care", 403), ("editor", 302)])
def test_who_may_write(workspace, filled, owner, role, status):
    client = Client()
    client.force_login(
        seed.staff_for(workspace, role, f"{role}@shop.example"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    where = desk(workspace, "campaign", "spring")
    assert client.post(where, filled_in(owner, where, about="Otherwise")).status_code == status


def test_beside_the_form_stands_its_text_and_a_text_that_cannot_be_read_is_told_by_line(owner, workspace, filled):
    where = reverse("sheets:read", args=[workspace.name, "occasion"])
    assert "occasion: evening\ntitle: Evening" in owner.post(where, {"title": "Evening"}).content.decode()
    assert "Line 2" in owner.post(where, {"source": "occasion: x\nseats: -1\n"}).content.decode()
