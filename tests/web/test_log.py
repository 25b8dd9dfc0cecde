"""The log on screen: searched, paged, and taken along as a table."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from duologue.cli import command
from duologue.platform.audit.actions import note
from duologue.platform.audit.models import AuditEntry
from duologue.platform.staff.models import Key
from tests.web import seed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def log(workspace):
    for number in range(60):
        note(workspace, "Ann", "publish dialogue", f"thing-{number}", now=NOON + timedelta(hours=number))
    note(workspace, "=cmd()", "create key", "site", {"kind": "write"}, now=NOON + timedelta(days=9))
    return workspace


def test_searched_and_paged_on_screen(log, owner):
    where = reverse("setup:log", args=[log.name])
    shown = owner.get(where, {"who": "Ann", "word": "thing-"}).text
    assert "thing-59" in shown
    assert "thing-9<" not in shown
    following = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "thing-9<" in owner.get(where + following).text
    one_day = owner.get(where, {"from": "2026-01-06", "to": "2026-01-06"}).text
    assert [f"thing-{number}<" in one_day for number in (11, 12, 35, 36)] == [False, True, True, False]
    assert "Nothing was changed that fits" in owner.get(where, {"word": "nothing like it"}).text
    wrong = owner.get(where, {"from": "yesterday"})
    assert (wrong.status_code, "A day is written like" in wrong.text) == (400, True)
    assert owner.get(where, {"from": "9999-12-31", "to": "9999-12-31", "word": "\x00", "after": "x"}).status_code == 400


def test_members_and_keys_stand_in_it_with_what_they_were_before(workspace, owner):
    ben = seed.staff_for(workspace, "care", "ben@shop.example")
    at = lambda page, *of: reverse(f"setup:{page}", args=[workspace.name, *of])  # noqa: E731
    owner.post(at("role", ben.pk), {"role": "editor"})
    owner.post(at("role", ben.pk), {"role": ""})
    owner.post(at("key"), {"name": "till", "kind": "manage", "role": "care", "only": ["perks"]})
    made = Key.within(workspace).get()
    owner.post(at("revoke", made.pk))
    owner.post(at("revoke", made.pk))
    kept = AuditEntry.objects.filter(workspace=workspace).order_by("pk")
    assert [(row.action, row.subject, row.detail) for row in kept] == [
        ("change role", str(ben.pk), {"role": ["care", "editor"]}),
        ("remove member", str(ben.pk), {"role": "editor"}),
        ("create key", made.shown, {"name": "till", "kind": "manage", "role": "care", "only": ["perks"]}),
        ("revoke key", made.shown, {"name": "till"}),
    ]


def test_as_a_table_without_formulas(log, owner):
    answer = owner.get(reverse("setup:log-csv", args=[log.name]), {"what": "create key"})
    assert answer["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["at", "who", "what", "subject", "detail"], [rows[1][0], "'=cmd()", "create key", "site", '{"kind": "write"}']]
    assert len(owner.get(reverse("setup:log-csv", args=[log.name])).text.splitlines()) == 62
    assert owner.get(reverse("setup:log-csv", args=[log.name]), {"to": "x"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_on_the_command_line(log, capsys):
    assert command.run(["audit", "--who", "Ann", "--since", "2026-01-07T22:00", "--csv"]) == 0
    assert [row[3] for row in csv.reader(io.StringIO(capsys.readouterr().out))] == ["subject", "thing-59", "thing-58"]
    assert command.run(["audit", "--since", "soon"]) == 2
    assert "'soon' is no moment" in capsys.readouterr().err
