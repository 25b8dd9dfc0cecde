import json
import signal
import socket

import pytest

from duologue.cli import command
from duologue.cli.opening import open_house
from duologue.platform.audit.queries import entries
from duologue.platform.database.clock import database_now
from duologue.platform.database.folder import DataFolder
from duologue.platform.staff.models import Invitation, Staff
from duologue.platform.staff.queries import key_for, members, sign_in_link_for
from duologue.platform.workspaces.models import Workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _signals_as_before():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def duologue(capsys):
    def ask(*line):
        status = command.run(line)
        out, err = capsys.readouterr()
        return status, out, err

    return ask


def modules():
    return command.build_parser()[1]


def test_every_command_has_its_word_one_line_of_help_and_an_example():
    assert set(modules()) >= {"serve", "work", "workspace", "key", "stop", "doctor", "clock", "staff", "jobs", "version"}
    for name, module in modules().items():
        assert module.EXAMPLE.split()[:2] == ["duologue", name] or f"duologue {name}" in module.EXAMPLE
        assert module.HELP.count("\n") == 0 < len(module.HELP)


def test_help_shows_the_example_and_what_holds_everywhere(duologue):
    for name, module in modules().items():
        status, out, _ = duologue(name, "--help")
        assert (status, module.EXAMPLE in out, "--workspace NAME" in out) == (0, True, True)


@pytest.mark.parametrize("line", [[], ["nonsense"], ["key", "create"], ["workspace", "create", "x", "--clock", "virtual"], ["stop"]])
def test_what_makes_no_sense_ends_with_status_two(duologue, line):
    assert duologue(*line)[0] == 2


def test_a_refusal_is_one_sentence_and_status_one(duologue):
    status, out, err = duologue("workspace", "create", "admin")
    assert (status, out, err.count("\n"), "cannot be called" in err) == (1, "", 1, True)


def test_a_taken_port_is_told_before_anything_is_started(duologue, settings, tmp_path):
    settings.DATA = DataFolder(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.HOST, settings.PORT = taken.getsockname()
        status, out, err = duologue("serve")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"Cannot listen on 127.0.0.1:{settings.PORT} ")
    assert list(tmp_path.iterdir()) == []


def test_shared_options_may_stand_anywhere(duologue):
    for line in (["--json", "workspace", "list"], ["workspace", "--json", "list"], ["workspace", "list", "--json"]):
        status, out, _ = duologue(*line)
        assert (status, json.loads(out)) == (0, [])


def test_a_workspace_is_made_with_a_virtual_clock(duologue):
    status, out, _ = duologue(
        "workspace", "create", "shop", "--clock", "virtual", "--at", "2026-07-01T12:00", "--timezone", "Europe/London", "--json"
    )
    assert (status, json.loads(out)["at"]) == (0, "2026-07-01T12:00:00+01:00")
    assert Workspace.objects.get().clock_at.isoformat() == "2026-07-01T11:00:00+00:00"


def test_the_only_workspace_needs_no_naming_and_several_do(duologue):
    assert duologue("key", "list")[0] == 1
    duologue("workspace", "create", "one")
    assert duologue("key", "list")[0] == 0
    duologue("workspace", "create", "two")
    status, _, err = duologue("key", "list")
    assert (status, "one, two" in err) == (2, True)
    assert duologue("key", "list", "--workspace", "two")[0] == 0
    assert duologue("key", "list", "--workspace", "three")[0] == 1


def test_a_key_is_made_listed_and_revoked(duologue):
    duologue("workspace", "create", "shop")
    _, out, err = duologue("key", "create", "site")
    secret = out.strip()
    assert key_for(secret).workspace.name == "shop"
    assert "not shown again" in err
    assert secret not in duologue("key", "list", "--json")[1]
    assert duologue("key", "revoke", secret[:12])[0] == 0
    assert key_for(secret) is None
    assert duologue("key", "revoke", secret[:12])[0] == 1
    assert [entry.action for entry in entries(Workspace.objects.get())] == ["revoke key", "create key", "create workspace"]


def test_staff_are_invited_and_let_in_by_link(duologue):
    duologue("workspace", "create", "shop")
    _, out, _ = duologue("staff", "invite", "ann@example.org", "--role", "owner")
    assert "/accounts/join/" in out
    assert Invitation.within(Workspace.objects.get()).get().email == "ann@example.org"
    assert duologue("staff", "invite", "ann@example.org", "--role", "king")[0] == 1
    assert duologue("staff", "link", "ann@example.org")[0] == 1
    ann = Staff.objects.create_user("ann@example.org")
    _, out, _ = duologue("staff", "link", "ANN@example.org")
    assert sign_in_link_for(out.strip().split("/")[-2], database_now()).staff == ann


def test_all_sending_stops_and_goes_on(duologue):
    for name in ("one", "two"):
        duologue("workspace", "create", name)
    assert json.loads(duologue("stop", "--all", "--because", "wrong price", "--json")[1])["changed"] == ["one", "two"]
    assert set(Workspace.objects.values_list("sending_stopped_because", flat=True)) == {"wrong price"}
    assert json.loads(duologue("stop", "--all", "--json")[1])["changed"] == []
    assert json.loads(duologue("stop", "--resume", "--workspace", "one", "--json")[1])["changed"] == ["one"]
    assert list(Workspace.objects.filter(sending_stopped_at=None).values_list("name", flat=True)) == ["one"]


def test_the_doctor_says_what_is_well(duologue):
    status, out, _ = duologue("doctor", "--json")
    findings = {finding["about"]: finding for finding in json.loads(out)}
    assert status == 0
    assert (findings["database"]["well"], findings["tables"]["well"], findings["workspaces"]["well"]) == ("yes", "yes", "beware")
    duologue("workspace", "create", "shop")
    duologue("stop", "--all", "--because", "a test")
    assert "is stopped: a test" in duologue("doctor")[1]


def test_the_first_day_makes_an_owner_of_every_workspace_until_a_password_is_set(duologue):
    duologue("workspace", "create", "shop")
    first, second = (open_house(now=database_now()) for _ in range(2))
    assert first
    assert second
    owner = Staff.objects.get()
    assert [(row.staff, row.role) for row in members(Workspace.objects.get())] == [(owner, "owner")]
    owner.set_password("a long enough word")
    owner.save()
    assert open_house(now=database_now()) == ""
    duologue("workspace", "create", "second")
    assert [row.staff for row in members(Workspace.objects.get(name="second"))] == [owner]


def test_the_doctor_compares_the_connections_with_what_the_server_gives(duologue, settings):
    def said():
        return next(one for one in json.loads(duologue("doctor", "--json")[1]) if one["about"] == "connections")

    assert (said()["well"], "may hold 34 connections" in said()["sentence"]) == ("yes", True)
    settings.WEB_CONNECTIONS = 500
    assert (said()["well"], "Raise the server's max_connections" in said()["sentence"]) == ("no", True)
