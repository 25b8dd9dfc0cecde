"""The product's own commands as processes on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[2]


def environment(**more):
    place = connection.settings_dict
    user = place["USER"] + (f":{place['PASSWORD']}" if place["PASSWORD"] else "")
    url = f"postgresql://{user}@/{place['NAME']}?host={place['HOST']}" + (f"&port={place['PORT']}" if place["PORT"] else "")
    return {**os.environ, "DATABASE_URL": url, "DUOLOGUE_DATA": str(settings.DATA.path), "PYTHONPATH": str(ROOT), **more}


def command(*words, given=b""):
    """Run a command to its end; return what it said on both ways."""
    done = subprocess.run(
        [sys.executable, "-m", "duologue", *words], input=given, capture_output=True, env=environment(), timeout=120, check=False
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


def start(*words, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "duologue", *words], env=environment(**more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
