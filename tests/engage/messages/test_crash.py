"""A sender killed in mid batch: nothing is sent twice, nothing is lost, and only what was on the wire is in doubt."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection

from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import Relay
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Attempt, Delivery, OnTheWire
from duologue.people.timeline import names

CONNECTIONS = 4
SENDER = """
import django
django.setup()
from duologue.engage.messages.tasks import send_due
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
shop = Workspace.objects.get(name="shop")
print("ready", flush=True)
send_due(shop, now(shop))
"""


class Sink:
    """An SMTP server that counts what it was given, slowly; `before_reply` is called with each letter's recipient."""

    def __init__(self, before_reply=lambda _to: time.sleep(0.02)):
        self._before_reply = before_reply
        self.got = Counter()
        self.answered = Counter()
        self.letters = Counter()  # by recipient and subject
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer):
        file = peer.makefile("rb")
        to = ""
        try:
            peer.sendall(b"220 hi\r\n")
            while line := file.readline():
                word = line[:4].upper()
                if word == b"EHLO":
                    peer.sendall(b"250-hi\r\n250 PIPELINING\r\n")
                elif word == b"DATA":
                    peer.sendall(b"354 go\r\n")
                    subject = ""
                    while (text := file.readline()) != b".\r\n":
                        if not text:
                            return
                        if text.startswith(b"Subject: ") and not subject:
                            subject = text[9:].decode().strip()
                    self.letters[to, subject] += 1
                    self.got[to] += 1
                    self._before_reply(to)
                    peer.sendall(b"250 2.0.0 ok\r\n")
                    self.answered[to] += 1
                else:
                    if word == b"RCPT":
                        to = re.search(rb"<(.*)>", line)[1].decode()
                    peer.sendall(b"250 ok\r\n")
        except OSError:
            return


@pytest.fixture
def sink():
    made = Sink()
    yield made
    made.close()


def start_sender():
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT'] or 5432}"
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "duologue.settings", "DUOLOGUE_DATA": str(settings.DATA.path)}
    child = subprocess.Popen([sys.executable, "-c", SENDER], env=env, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("killed_after", [1, 60])
def test_a_sender_killed_in_mid_batch(shop, person, delivery, now, sink, killed_after):
    Relay.within(shop).delete()
    relay = {"host": "127.0.0.1", "port": sink.port, "security": "none", "connections": CONNECTIONS}
    save_relay(workspace=shop, name="sink", kind="smtp", is_test=True, settings=relay)
    people = [person(number) for number in range(120)]
    actions.plan(workspace=shop, deliveries=[delivery(one) for one in people], now=now)

    child = start_sender()
    try:
        until = time.monotonic() + 60
        while sum(sink.got.values()) < killed_after and time.monotonic() < until:
            time.sleep(0.005)
        during = Delivery.within(shop).filter(state="handing_over").count()
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.wait()
    assert during == 120
    time.sleep(0.2)

    tasks.send_due(shop, now)

    states = Counter(Delivery.within(shop).values_list("state", flat=True))
    assert set(states) <= {"accepted", "uncertain"}
    assert sum(states.values()) == 120
    assert states["uncertain"] <= CONNECTIONS
    assert max(sink.got.values()) == 1
    accepted = set(Delivery.within(shop).filter(state="accepted").values_list("address", flat=True))
    assert accepted <= set(sink.got)
    assert set(sink.got) - accepted <= set(Delivery.within(shop).filter(state="uncertain").values_list("address", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, count(*) FROM people_event WHERE workspace_id = %s AND delivery_id IS NOT NULL GROUP BY name", (shop.pk,)
        )
        told = dict(cursor.fetchall())
    assert told.get(names.MESSAGE_SENT, 0) == states["accepted"]
    assert told.get(names.MESSAGE_UNCERTAIN, 0) == states["uncertain"]
    assert Attempt.within(shop).filter(outcome="accepted").count() == states["accepted"]
    assert tasks.send_due(shop, now) == 0
    assert not OnTheWire.within(shop).exists()
