"""The job that sends letters to members is killed without warning: each gets theirs from a real server's hands once."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from duologue.measure.letters import actions
from duologue.measure.letters.models import Issue
from duologue.measure.letters.tasks import send_waiting, write_due
from duologue.platform.staff.actions import add_member
from duologue.platform.staff.models import Staff
from duologue.platform.workspaces.actions import create_workspace, go_live
from tests.crash.children import kill, start
from tests.engage.channels.conftest import free_port

TUESDAY = datetime(2026, 1, 6, 12, tzinfo=UTC)
MONDAY = TUESDAY + timedelta(days=7)
SENDING = """
from datetime import datetime
from duologue.measure.letters.tasks import send_waiting
send_waiting(Workspace.objects.get(name="killed"), datetime.fromisoformat("2026-01-13T12:00:00+00:00"))
"""


class Inbox:
    """A server that takes letters; it says nothing any more once it has taken so many."""

    def __init__(self):
        self.got, self.silent_at, self.reached, self.port = [], 0, threading.Event(), free_port()
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.got.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)))
        if len(self.got) == self.silent_at:
            self.reached.set()
            await asyncio.Event().wait()  # until the other end is gone
        return "250 2.0.0 Taken"

    def kill_before_the_greeting(self):
        """Start the job, and end it when it has called a server that says nothing."""
        with socket.create_server(("127.0.0.1", self.port)) as mute:
            child = start(SENDING)
            called, _ = mute.accept()
            kill(child)
            called.close()

    def kill_at(self, letters):
        """Start the job, and end it when so many letters were taken and the last of them is not answered."""
        self.server.start()
        self.silent_at = letters
        child = start(SENDING)
        assert self.reached.wait(60)
        kill(child)
        self.silent_at = 0


@pytest.fixture
def inbox(monkeypatch, settings):
    made = Inbox()
    url = f"smtp://127.0.0.1:{made.port}"
    settings.ACCOUNT_MAIL_URL, settings.EMAIL_BACKEND = url, "duologue.web.accounts.mail.ThroughOurRelay"
    monkeypatch.setenv("DUOLOGUE_ACCOUNT_MAIL_URL", url)
    monkeypatch.setenv("DUOLOGUE_SECRET_KEY", settings.SECRET_KEY)
    yield made
    made.server.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_nobody_is_forgotten_and_nobody_gets_it_twice(inbox):
    shop = create_workspace(name="killed", clock_at=TUESDAY)
    names = ["anna", "ben", "cleo", "dora"]
    for name in names:
        staff = Staff.objects.create_user(f"{name}@shop.example", name=name)
        add_member(shop, staff=staff, role="analyst", now=TUESDAY)
        actions.read_mondays(workspace=shop, staff=staff.pk, now=TUESDAY)
    go_live(workspace=shop)
    assert write_due(shop, MONDAY) == 1

    def states():
        return list(Issue.within(shop).order_by("pk").values_list("state", flat=True))

    inbox.kill_before_the_greeting()
    assert (states(), inbox.got) == (["waiting"] * 4, [])
    inbox.kill_at(2)
    assert states() == ["sent", "handing over", "waiting", "waiting"]
    assert send_waiting(shop, MONDAY) == 2
    assert (send_waiting(shop, MONDAY), write_due(shop, MONDAY)) == (0, 0)
    assert states() == ["sent", "handing over", "sent", "sent"]
    assert [address for address, _ in inbox.got] == [f"{name}@shop.example" for name in names]
    for _, letter in inbox.got:
        assert (letter["List-Unsubscribe-Post"], letter.is_multipart()) == ("List-Unsubscribe=One-Click", True)
