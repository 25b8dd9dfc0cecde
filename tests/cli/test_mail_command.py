"""`duologue mail` as a mail server's pipe calls it."""

import json
import os
import subprocess
import sys

MAIL = b"From: ann@people.example\nTo: shop@shop.example\nSubject: Re: Hello\n\nYes please\n\n> Hello\n"
KEYS = {"kind", "severity", "reason", "recipients", "text", "delivery"}


def test_explaining_needs_no_database_and_writes_nothing(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"DUOLOGUE_DATA": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "duologue", "mail", "receive", "--explain"], input=MAIL, capture_output=True, env=environment, check=True
    )
    said = json.loads(done.stdout)
    assert said.keys() >= KEYS
    assert (said["kind"], said["text"], said["recipients"]) == ("reply", "Yes please", [])
    assert not (tmp_path / "data").exists()
