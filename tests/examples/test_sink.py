"""The example's mail server takes letters, whichever of the two it is."""

import contextlib
import os
import shutil
import smtplib
import subprocess
import sys
import time

import pytest

from tests.examples.walkthrough import HOUSE, free_port

LETTER = b"Subject: Hello\r\n\r\nWords.\r\n"


@contextlib.contextmanager
def listening(*options, path=os.environ["PATH"]):
    port = free_port()
    line = [sys.executable, str(HOUSE / "examples" / "online-retail" / "sink.py"), "--port", str(port), *map(str, options)]
    server = subprocess.Popen(line, env=os.environ | {"PATH": path})
    try:
        yield connected(port, server)
    finally:
        server.terminate()
        assert server.wait(30) in {0, -15}


def connected(port, server):
    while server.poll() is None:
        with contextlib.suppress(OSError):
            return smtplib.SMTP("127.0.0.1", port)
        time.sleep(0.05)
    raise AssertionError(f"it ended with {server.returncode}")


def test_letters_are_taken_and_kept_where_asked(tmp_path):
    with listening("--keep", tmp_path / "kept") as smtp:
        assert smtp.sendmail("a@shop.example", ["b@shop.example"], LETTER) == {}
        smtp.quit()
        assert [path.read_bytes() for path in (tmp_path / "kept").iterdir()] == [LETTER]


@pytest.mark.posture
@pytest.mark.skipif(not shutil.which("smtp-sink", path="/usr/sbin:/usr/bin"), reason="smtp-sink is not installed (it comes with postfix)")
def test_smtp_sink_takes_them_where_it_is_installed():
    with listening() as smtp:
        assert smtp.sendmail("a@shop.example", ["b@shop.example"], LETTER) == {}
        smtp.quit()
