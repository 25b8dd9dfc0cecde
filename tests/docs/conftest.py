"""Taking the steps of a page: lines that are one `duologue` command in this process, everything else in a shell."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from duologue.platform.database.folder import DataFolder
from tests.docs.pages import ROOT, File, missing, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

FOR_THE_SHELL = set("$\n\\`*")  # whatever they stand in
SERVED = "http://127.0.0.1:8000"


class Walker:
    """Someone who follows a page in an empty folder."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.folder = folder
        self.web = web

    def walk(self, page: Path) -> int:
        """Take every step of a page and return how many there were; the first that fails is told with its line."""
        taken = steps(page)
        for step in taken:
            where = f"{page.relative_to(ROOT)}:{step.line}"
            if isinstance(step, File):
                self.save(step)
                continue
            status, said = self.run(step.text)
            assert status == step.status, f"{where}: {step.text}\nended with {status} and said:\n{said}"
            assert not (gone := missing(step.expected, said)), f"{where}: {step.text}\ndid not say {gone!r}; it said:\n{said}"
        return len(taken)

    def save(self, file: File) -> None:
        path = self.folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.content)

    def run(self, text: str) -> tuple[int, str]:
        """Run a line and return its exit status and all that it said."""
        if line := one_command(text):
            return self._here(*line)
        return self._in_a_shell(text)

    def _here(self, line: list[str], into: str) -> tuple[int, str]:
        from duologue.cli.command import run

        if line[0] == "restore":
            self.web.end()  # as the page says: nothing else may use the database
        said = io.StringIO()
        with contextlib.ExitStack() as leaving:
            leaving.enter_context(contextlib.chdir(self.folder))
            out = leaving.enter_context(Path(into).open("w")) if into else said
            leaving.enter_context(contextlib.redirect_stdout(out))
            leaving.enter_context(contextlib.redirect_stderr(said))
            status = run(line)
        return status, said.getvalue()

    def _in_a_shell(self, text: str) -> tuple[int, str]:
        there = text.replace(SERVED, f"http://127.0.0.1:{self.web.port()}") if SERVED in text else text
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", there],
            cwd=self.folder,
            env=environment(self.folder / "data"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        return done.returncode, done.stdout


def environment(data: Path) -> dict[str, str]:
    """Return what a process of ours needs to work on this test's database, with its data in a folder."""
    made = connection.settings_dict
    url = f"postgresql://{made['USER']}@/{made['NAME']}?host={made['HOST']}&port={made['PORT']}"
    if not made["HOST"].startswith("/"):
        url = f"postgresql://{made['USER']}:{made['PASSWORD']}@{made['HOST']}:{made['PORT']}/{made['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DUOLOGUE_DATA": str(data),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


def one_command(text: str) -> tuple[list[str], str] | None:
    """Return the words of a line that is one `duologue` command, and the file it writes into; nothing where it takes a shell."""
    if FOR_THE_SHELL & set(text) or re.search(r"\d>", text):
        return None
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    first, *words = lexer
    signs = [place for place, word in enumerate(words) if word and not set(word) - set("();<>|&")]
    if first != "duologue" or (signs and (signs != [len(words) - 2] or words[-2] != ">")):
        return None
    return (words[:-2], words[-1]) if signs else (words, "")


@contextlib.contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    """Run the web on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    process = subprocess.Popen([*command, "duologue.asgi:application"], env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()


class Web:
    """One web server for all pages that a process walks, there as soon as one asks for it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._running = contextlib.ExitStack()
        self._port = 0

    def port(self) -> int:
        """Return where it listens."""
        self._port = self._port or self._running.enter_context(served(environment(self._data)))
        return self._port

    def end(self) -> None:
        """End it until the next one asks."""
        self._running.close()
        self._port = 0


@pytest.fixture(scope="session")
def web(django_db_setup, tmp_path_factory) -> Iterator[Web]:
    """The web server that pages share."""
    made = Web(tmp_path_factory.mktemp("served"))
    yield made
    made.end()


@pytest.fixture
def walker(transactional_db, tmp_path, monkeypatch, web) -> Walker:
    """Someone in an empty folder, at an installation without a workspace."""
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(settings, "DATA", DataFolder(tmp_path / "work" / "data"))
    return Walker(tmp_path / "work", web)
