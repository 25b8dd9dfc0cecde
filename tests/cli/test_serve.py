"""The whole installation as its operator meets it: real processes, a data folder of its own, killed at will."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
PATIENCE = 150


class Installation:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="duologue-serve-"))
        self.folder.chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = ""

    def start(self):
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DUOLOGUE_SECRET_KEY"}}
        environment |= {"DUOLOGUE_DATA": str(self.folder), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "duologue", "serve", "--port", str(self.port)],
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd="/",
        )
        threading.Thread(target=self._listen, args=[self.process.stderr], daemon=True).start()

    def _listen(self, stream):
        with stream:
            for line in stream:
                self.said += line

    def until(self, holds, what):
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not happen; it said: {self.said}"
            assert self.process.poll() is None, f"it ended; it said: {self.said}"
            time.sleep(0.2)

    def is_well(self):
        try:
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self, words):
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    name = (entry / "comm").read_text().strip()
                    ours = f"DUOLOGUE_DATA={self.folder}\0".encode() in (entry / "environ").read_bytes() or str(self.folder) in line
                except OSError:
                    continue
                if ours and words in f"{line} {name}":
                    found.append(int(entry.name))
        return found

    def kill(self, words):
        self.until(lambda: self.processes(words), f"a beginning of {words}")  # the first page does not wait for the others
        victim = min(self.processes(words))
        os.kill(victim, signal.SIGKILL)
        return victim

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def clear(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.processes(""):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def installation():
    found = Installation()
    found.start()
    yield found
    found.clear()


@pytest.mark.timeout(900)
def test_the_first_day_the_deaths_and_the_end(installation):
    it = installation
    it.until(it.is_well, "the first start")
    link = re.search(r"http://\S+/accounts/enter/\S+", it.said)[0]
    with httpx.Client(follow_redirects=True, timeout=60, headers={"Referer": it.url}) as browser:
        page = browser.get(link)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        inside = browser.post(link, data={"csrfmiddlewaretoken": token})
        assert (inside.status_code, inside.url.path) == (200, "/main/")

    for words in ("duologue worker", "duologue web", "duologue sender", "duologue jobs"):
        dead = it.kill(words)
        it.until(lambda words=words, dead=dead: set(it.processes(words)) - {dead}, f"{words} coming back")
        it.until(it.is_well, f"recovery from the death of {words}")

    postmaster = int((it.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    it.until(lambda: "The database had died and runs again." in it.said, "the database's coming back")
    it.until(it.is_well, "recovery from the database's death")

    it.process.kill()
    it.process.wait()
    deadline = time.monotonic() + PATIENCE
    while it.processes("-m "):
        assert time.monotonic() < deadline, it.processes("-m ")
        time.sleep(0.2)
    it.start()
    it.until(it.is_well, "the start after the supervisor's death")
    assert it.stop() == 0
    assert it.processes("") == []
