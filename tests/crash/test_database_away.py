"""The database dies, restarts or finds its disk full while events come in: refused loudly, or kept."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
import requests

from duologue.platform.database.embedded import held, revive
from duologue.platform.database.folder import DataFolder

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
SERVED = Path(__file__).parents[1] / "api" / "collect"
ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20
PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from duologue.platform.database.clock import database_now
from duologue.platform.staff.actions import create_key
from duologue.platform.workspaces.actions import create_workspace
print(create_key(create_workspace(name="shop"), "site", "write", "", database_now())[1])
"""


class House:
    """A database of its own in a folder, and the tracking API in front of it."""

    def __init__(self, folder):
        self.data = DataFolder(folder)
        self.server = None
        self.acknowledged = set()
        self.refused = []
        self.numbers = iter(range(10**9))
        self._lock = threading.Lock()

    def open(self):
        self._held = held(self.data, durable=False, note=lambda _sentence: None)
        self.server = self._held.__enter__()
        where = f"postgresql://duologue@/duologue?host={self.data.socket_folder}&port=5432"
        environment = {**os.environ, "DATABASE_URL": where, "DJANGO_SETTINGS_MODULE": "duologue.settings", "PYTHONPATH": str(ROOT)}
        self.key = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/v1/track"
        command = ["-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port), "--no-ws", "served:application"]
        self.web = subprocess.Popen(
            [sys.executable, *command], cwd=SERVED, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.until(lambda: self.send() == 200)

    def close(self):
        self.web.send_signal(signal.SIGTERM)
        try:
            self.web.wait(60)
        finally:
            self.web.kill()
            self._held.__exit__(None, None, None)

    def send(self, size=10):
        """Send one event and note what was said of it; 0 where nobody answered."""
        with self._lock:
            number = next(self.numbers)
        event = {"type": "track", "event": "Seen", "userId": "u", "messageId": f"m{number}", "properties": {"text": "x" * size}}
        try:
            answer = requests.post(self.url, data=json.dumps(event), auth=(self.key, ""), timeout=60)
        except requests.RequestException:
            return 0
        with self._lock:
            if answer.status_code == 200:
                self.acknowledged.add(f"m{number}")
            else:
                self.refused.append((answer.status_code, answer.headers.get("retry-after"), answer.text))
        return answer.status_code

    def until(self, holds, seconds=120):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.refused[-3:]
            time.sleep(0.05)

    def kept(self):
        where = {"host": str(self.data.socket_folder), "port": 5432, "user": "duologue", "dbname": "duologue"}
        with psycopg.connect(**where) as connection:
            return {json.loads(bytes(payload))["messageId"] for (payload,) in connection.execute("SELECT payload FROM people_received")}


def opened(folder):
    house = House(folder)
    try:
        house.open()
        yield house
    finally:
        house.close()


@pytest.fixture
def house():
    folder = Path(tempfile.mkdtemp(prefix="duologue-away-"))
    folder.chmod(0o755)
    yield from opened(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small_house():
    """A house on a disk of 300 MB."""
    folder = Path(tempfile.mkdtemp(prefix="duologue-small-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield from opened(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
        folder.rmdir()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["restarted", "killed"])
def test_what_was_acknowledged_is_there_after_the_database_came_back(house, end):
    stopping = threading.Event()

    def load():
        while not stopping.is_set():
            house.send()

    senders = [threading.Thread(target=load) for _ in range(6)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(2):
            before = len(house.acknowledged)
            house.until(lambda before=before: len(house.acknowledged) > before + 50)
            os.kill(house.server._recorded_pid(), end)
            house.until(lambda: revive(house.server))
        before = len(house.acknowledged)
        house.until(lambda before=before: len(house.acknowledged) > before + 50)
    finally:
        stopping.set()
        for sender in senders:
            sender.join()
    assert house.acknowledged <= house.kept()
    assert {status for status, _, _ in house.refused} <= {503}
    assert all(wait and json.loads(said)["error"].endswith(".") for _, wait, said in house.refused)


def test_a_full_disk_is_said_aloud_and_passes(small_house):
    ballast = small_house.data.path / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * MEGABYTE)
        except OSError:
            pass
    for _ in range(2000):
        if small_house.send(size=20_000) != 200:
            break
    assert [status for status, _, _ in small_house.refused] == [503]
    assert json.loads(small_house.refused[0][2])["error"].endswith(".")
    ballast.unlink()
    revive(small_house.server)  # as the supervisor does where the server gave up
    small_house.until(lambda: small_house.send() == 200)
    assert small_house.acknowledged <= small_house.kept()
