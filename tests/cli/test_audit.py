"""What is done from the command line stands in the audit log, whoever looks at it on screen."""

import json

import pytest

from duologue.cli import command
from duologue.cli.opening import open_house
from duologue.platform.audit.actions import note
from duologue.platform.audit.models import AuditEntry
from duologue.platform.database.clock import database_now

pytestmark = pytest.mark.django_db(transaction=True)


def noted():
    return [(entry.workspace and entry.workspace.name, entry.actor, entry.action) for entry in AuditEntry.objects.order_by("pk")]


def test_the_first_day_is_written_down():
    open_house(now=database_now())
    assert noted() == [("main", "command line", "create workspace"), (None, "command line", "make sign-in link")]


def test_every_command_that_changes_something_is_written_down(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("email\nann@example.com\n")
    products = tmp_path / "products.csv"
    products.write_text("key,name,price,currency\ntea,Tea,8.50,GBP\n")
    lines = [
        ["workspace", "create", "shop", "--clock", "virtual", "--at", "2026-01-05T12:00"],
        ["key", "create", "site"],
        ["staff", "invite", "ann@example.com"],
        ["people", "import", str(people)],
        ["people", "import", str(people)],
        ["products", "import", str(products)],
        ["clock", "advance", "--to", "2026-01-06T12:00"],
        ["clock", "live"],
        ["clock", "live"],
        ["key", "list"],
    ]
    assert [command.run(line) for line in lines] == [0] * len(lines)
    assert [action for _, _, action in noted()] == [
        "create workspace",
        "create key",
        "invite member",
        "import people",
        "import products",
        "advance clock",
        "clock live",
    ]
    assert {(room, actor) for room, actor, _ in noted()} == {("shop", "command line")}


def test_an_import_done_before_says_that_nothing_changed(tmp_path, capsys):
    people = tmp_path / "people.csv"
    people.write_text("email\nann@example.com\nben@example.com\nnobody\n")
    command.run(["workspace", "create", "shop"])
    capsys.readouterr()
    first, second = ((command.run(["people", "import", str(people), "--json"]), *capsys.readouterr()) for _ in range(2))
    told = [json.loads(out) for _, out, _ in (first, second)]
    assert [(one["again"], one["read"], one["written"], one["unchanged"], one["refused"]) for one in told] == [
        (False, 3, 2, 0, 1),
        (True, 3, 0, 2, 1),
    ]
    assert "nothing has changed" not in first[2]
    assert "people.csv was imported before, by the same recipe: nothing has changed." in second[2]


def test_no_cell_is_a_formula(capsys):
    note(None, "=cmd|' /C calc'!A0", "make", "@SUM(1)", {})
    assert command.run(["audit", "--installation", "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(",'=cmd|' /C calc'!A0,make,'@SUM(1),")
