"""Segment's own clients, unchanged, against a served installation with a data folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
import requests
import segment.analytics as segment

from duologue.platform.database.folder import DataFolder
from tests.cli.test_serve import Installation
from tests.posture.postfix import wait_for

pytestmark = [pytest.mark.long, pytest.mark.posture, pytest.mark.timeout(1200)]
SCRIPT = Path(__file__).with_name("node_client.js")
HAS_NPM = shutil.which("npm") is not None and shutil.which("node") is not None


class Served(Installation):
    """An installation that runs, and a write key of its workspace."""

    def duologue(self, *words):
        away = {"DATABASE_URL", "DUOLOGUE_SECRET_KEY"}
        environment = {name: value for name, value in os.environ.items() if name not in away} | {"DUOLOGUE_DATA": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", "duologue", *words], env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout

    def asked(self, query):
        folder = DataFolder(self.folder)
        with psycopg.connect(host=str(folder.socket_folder), port=5432, user="duologue", dbname="duologue") as link:
            return link.execute(query).fetchall()

    def timeline(self):
        """Return how often each event lies on the timeline, by name."""
        return Counter(name for (name,) in self.asked("SELECT name FROM people_event"))

    def until_timeline(self, wanted):
        wait_for(lambda: self.timeline() >= Counter(wanted), f"{wanted} on the timeline", patience=120)
        return self.timeline()


@pytest.fixture(scope="module")
def served():
    found = Served()
    try:
        found.start()
        wait_for(found.is_well, "the first start", patience=400)
        found.key = json.loads(found.duologue("key", "create", "site", "--kind", "write", "--json"))["key"]
        yield found
    finally:
        found.clear()


def test_the_python_client(served):
    mistakes = []
    client = segment.Client(served.key, host=served.url, gzip=True, max_retries=2, on_error=lambda *mistake: mistakes.append(mistake))
    client.track(None, "Basket Filled", {"items": 2}, anonymous_id="device-p")
    client.alias("device-p", "p1")
    client.identify("p1", {"email": "paul@people.example", "plan": "silver"})
    for number in range(250):  # more than one batch
        client.track("p1", "Video Watched", {"number": number})
    client.flush()
    client.shutdown()
    assert mistakes == []
    found = served.until_timeline({"Basket Filled": 1, "Video Watched": 250})
    assert (found["Basket Filled"], found["Video Watched"]) == (1, 250)
    [(persons,)] = served.asked(
        "SELECT count(DISTINCT p.person) FROM people_event e JOIN people_profile p ON p.id = e.profile_id"
        " WHERE e.name IN ('Basket Filled', 'Video Watched')"
    )
    assert persons == 1
    kept = served.asked("SELECT kind, value FROM people_identifier WHERE value IN ('p1', 'device-p', 'paul@people.example') ORDER BY kind")
    assert kept == [("device", "device-p"), ("email", "paul@people.example"), ("external", "p1")]


@pytest.mark.skipif(not HAS_NPM, reason="npm is not installed, so @segment/analytics-node was not tried")
def test_the_node_client(served, tmp_path):
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(tmp_path), "@segment/analytics-node@2"]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr

    def run(key):
        shutil.copy(SCRIPT, tmp_path / "client.js")
        said = subprocess.run(["node", "client.js", served.url, key], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
        return json.loads(said.stdout)

    assert run(served.key) == []
    found = served.until_timeline({"Product Viewed": 1, "Order Completed": 1, "Page Viewed": 1, "Screen Viewed": 1, "Group Joined": 1})
    assert [found[name] for name in ("Product Viewed", "Order Completed", "Page Viewed", "Screen Viewed", "Group Joined")] == [1] * 5
    [(persons,)] = served.asked(
        "SELECT count(DISTINCT p.person) FROM people_event e JOIN people_profile p ON p.id = e.profile_id"
        " WHERE e.name IN ('Product Viewed', 'Order Completed', 'Page Viewed')"
    )
    assert persons == 1
    assert run("a wrong key") != []
    time.sleep(1)
    assert served.timeline()["Order Completed"] == 1


def test_a_wrong_key_is_401(served):
    answer = requests.post(served.url + "/v1/track", json={"event": "A", "userId": "u"}, auth=("wrong", ""), timeout=20)
    assert answer.status_code == 401
    mistakes = []
    client = segment.Client("wrong", host=served.url, max_retries=0, on_error=lambda *mistake: mistakes.append(mistake))
    client.track("u", "Never Kept")
    client.flush()
    client.shutdown()
    assert "401" in str(mistakes[0][0])
    assert served.timeline()["Never Kept"] == 0


def test_nothing_that_was_acknowledged_is_lost_by_deaths_and_a_restart(served):
    acknowledged, stop = [], threading.Event()

    def send():
        number = 0
        while not stop.is_set():
            body = {"event": "Counted", "userId": f"c{number % 7}", "messageId": f"counted-{number}", "properties": {"number": number}}
            try:
                answer = requests.post(served.url + "/v1/track", json=body, auth=(served.key, ""), timeout=20)
            except requests.RequestException:
                time.sleep(0.05)
                continue  # as a client does: the same event again
            if answer.status_code == 200:
                acknowledged.append(number)
                number += 1

    sender = threading.Thread(target=send)
    sender.start()
    try:
        for deed in (lambda: served.kill("duologue web"), lambda: served.kill("duologue worker"), lambda: _again(served)):
            before = len(acknowledged)
            wait_for(lambda before=before: len(acknowledged) >= before + 100, "a hundred more events", patience=120)
            deed()
            before = len(acknowledged)
            wait_for(lambda before=before: len(acknowledged) >= before + 20, "events after the death", patience=180)
    finally:
        stop.set()
        sender.join(60)

    def kept():
        return Counter(number for (number,) in served.asked("SELECT (properties->>'number')::int FROM people_event WHERE name = 'Counted'"))

    wait_for(lambda: len(kept()) >= len(acknowledged), "the last events", patience=120)
    assert kept() == Counter(acknowledged)


def _again(served):
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0
    served.start()
