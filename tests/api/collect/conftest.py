"""The plain doors as their own server, on the test database."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from django.db import connection

from tests.web.browser.conftest import chromium  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def server(django_db_setup):
    """A real server on the test database; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT']}"
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asginl",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ws",
        "served:application",
    ]
    environment = {**os.environ, "DATABASE_URL": url}
    process = subprocess.Popen(
        command, cwd=Path(__file__).parent, env={**environment, "PYTHONPATH": str(Path(__file__).parents[3])}, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            requests.options(address + "/v1/track", timeout=1)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield address
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    finally:
        process.kill()
