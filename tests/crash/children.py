"""Processes of ours that tests start in order to kill them."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings
from django.db import connection

START = "import django\ndjango.setup()\nfrom duologue.platform.workspaces.models import Workspace\n"


def start(program: str) -> subprocess.Popen[str]:
    """Run a program on the test's own database; what it prints can be read line by line."""
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT'] or 5432}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "duologue.settings",
        "DUOLOGUE_DATA": str(settings.DATA.path),
    }
    return subprocess.Popen([sys.executable, "-c", START + program], env=environment, stdout=subprocess.PIPE, text=True)


def kill(child: subprocess.Popen[str]) -> None:
    """End it without warning."""
    child.kill()
    child.wait()
    child.stdout.close()
