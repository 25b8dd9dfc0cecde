"""Backup, going on, restore, going on: nothing is sent twice by the count of who received it, and who was erased stays erased."""

import json
import time
from datetime import timedelta

import pytest

from duologue.cli.worker.once import WORKER, turn_the_wheel
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.messages.tasks import send_due
from duologue.engage.models import Delivery
from duologue.people.models import Erasure, Identifier
from duologue.people.privacy.actions import erase
from duologue.platform.audit.models import AuditEntry
from duologue.platform.backup.models import Installation
from duologue.platform.workspaces.actions import go_live
from duologue.platform.workspaces.models import Workspace
from duologue.strategize.segments.comparing import compare
from duologue.strategize.segments.history import LakeFollower
from tests.cli.restore.line import run
from tests.engage.messages.test_crash import Sink
from tests.engage.runs.conftest import Shop, shop  # noqa: F401 the same small shop

PLAN = """
dialogue: chain
purpose: promotions
audience: everyone
turns:
  first: {say: hello, listen: [{silence: 1s, then: second}]}
  second: {say: again, listen: [{silence: 30d, then: end}]}
"""
THANKS = """
dialogue: thanks
purpose: promotions
starts: {event: Order Completed}
turns:
  thank: {say: plain, listen: [{silence: 30d, then: end}]}
"""
PEOPLE = 12


@pytest.fixture
def sink():
    made = Sink(before_reply=lambda _to: None)
    yield made
    made.close()


@pytest.fixture
def live(shop, sink, folder):  # noqa: F811
    Relay.within(shop.workspace).delete()
    save_relay(workspace=shop.workspace, name="sink", kind="smtp", settings={"host": "127.0.0.1", "port": sink.port, "security": "none"})
    go_live(shop.workspace)
    shop.add_people(PEOPLE)
    shop.segment("everyone", shop.people)
    return shop


def follow_into_the_lake(shop):  # noqa: F811
    follower = LakeFollower(events=0, seconds=0, rest=0)
    while follower.follow(workspace=shop.workspace, now=shop.now):
        pass


def test_nothing_is_sent_twice_and_who_was_erased_stays_erased(live, sink, folder, tmp_path, capsys):
    live.dialogue(THANKS)
    live.dialogue(PLAN)
    turn_the_wheel(live.workspace, live.now, WORKER)
    send_due(live.workspace, live.now, most=4)
    early = set(sink.letters)
    follow_into_the_lake(live)

    assert run("backup", tmp_path / "one.backup") == 0
    assert "folder" in capsys.readouterr().err

    until = time.monotonic() + 60
    while sum(sink.letters.values()) < 2 * PEOPLE and time.monotonic() < until:
        live.turn()
    gone, kept = live.people[0], live.people[1]
    erase(workspace=live.workspace, person=gone, now=live.now)
    follow_into_the_lake(live)
    before = dict(sink.letters)
    assert len(before) == 2 * PEOPLE
    assert len(early) < PEOPLE

    assert run("restore", tmp_path / "one.backup") == 1
    assert "There is an installation here already, with the workspace shop." in capsys.readouterr().err
    assert run("restore", tmp_path / "one.backup", "--over", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    room = Workspace.objects.get(name="shop")
    assert "restored" in room.sending_stopped_because
    assert told["uncertain"]["shop"] == Delivery.within(room).filter(state="uncertain", reason="restored").count() > PEOPLE
    assert told["erased"] == 1
    assert Installation.objects.get().backed_up_to == str(tmp_path / "one.backup")
    assert not Identifier.within(room).filter(profile=gone).exists()
    assert Identifier.within(room).filter(profile=kept).exists()
    assert Erasure.within(room).get().lake_clean_at is not None
    assert [month for month in compare(room) if not month.equal] == []
    assert AuditEntry.objects.filter(workspace=room, action="restore").exists()

    live.turn()
    assert run("stop", "--resume") == 0
    live.turn()
    assert dict(sink.letters) == before

    capsys.readouterr()
    assert run("uncertain", "show", "--json") == 0
    shown = {one["turn"]: one["number"] for one in json.loads(capsys.readouterr().out)}
    assert set(shown) == {"first", "second"}
    assert run("uncertain", "count-as-sent", "--dialogue", "chain", "--turn", "first") == 0
    assert run("uncertain", "send-again", "--turn", "second") == 0
    live.turn()
    assert sum(sink.letters.values()) - sum(before.values()) == shown["second"]
    assert run("uncertain", "show") == 0
    assert "Nothing is uncertain." in capsys.readouterr().out

    # an order of the time between, told again by an import, was thanked for then; one of now was not
    before = dict(sink.letters)
    room.refresh_from_db()
    imported = Shop(room)
    imported.happen("Order Completed", [kept], at=room.restored_from + timedelta(milliseconds=1))
    imported.happen("Order Completed", [live.people[2]])
    imported.turn()
    assert set(sink.letters) - set(before) == {(f"p{live.people[2]}@example.com", "plain")}
    assert run("uncertain", "send-again", "--dialogue", "thanks") == 0
    imported.turn()
    assert set(sink.letters) - set(before) == {(f"p{one}@example.com", "plain") for one in (kept, live.people[2])}
    imported.adds_up()
