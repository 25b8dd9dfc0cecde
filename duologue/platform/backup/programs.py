"""PostgreSQL's own programs for writing a database out and reading it back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

from duologue.platform.database.footing import wheels_programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEBIANS: Final = Path("/usr/lib/postgresql")
TOLD: Final = 600  # characters of what a program says when it fails
SESSIONS: Final = "django_session"  # whoever was signed in signs in again


class ProgramFailed(Exception):
    """A program is missing or has failed; the sentence says what to do, or what it said."""


def server_major() -> int:
    """Return the major version of the database's server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def program(name: str, major: int) -> Path:
    """Return a program of this major version: the wheel's for the embedded server, else what the machine has. Raises ProgramFailed."""
    ours = wheels_programs() / "bin" / name
    if settings.EMBEDDED_DATABASE:
        return ours
    found = shutil.which(name)
    candidates = [DEBIANS / str(major) / "bin" / name, *([Path(found)] if found else []), ours]
    for one in candidates:
        if one.exists() and _major(one) == major:
            return one
    raise ProgramFailed(
        f"The database's server is PostgreSQL {major}, and this machine has no {name} of that version. "
        f"Install it, for example with: apt install postgresql-client-{major}"
    )


def _major(path: Path) -> int:
    said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True).stdout
    found = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", said)
    return int(found[1]) if found else 0


@contextmanager
def dumping(snapshot: str, major: int) -> Iterator[IO[bytes]]:
    """Give the database as it was at a snapshot, to be read to its end. Raises ProgramFailed on leaving where the program failed."""
    line = [
        "--format=custom",
        "--compress=3",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        f"--exclude-table-data={SESSIONS}",
    ]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [program("pg_dump", major), *line], env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdout is not None
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            process.wait()
            raise
        _ended_well(process, "pg_dump", errors)


def undump(source: IO[bytes], major: int) -> None:
    """Read a database in, from what `dumping` gave, into the empty schema. Raises ProgramFailed."""
    line: Sequence[str] = ["--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={connection.settings_dict['NAME']}"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [program("pg_restore", major), *line], env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
        )
        assert process.stdin is not None
        try:
            shutil.copyfileobj(source, process.stdin, 1 << 20)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says itself why it left
        except BaseException:
            process.kill()
            process.wait()
            raise
        _ended_well(process, "pg_restore", errors)


def _ended_well(process: subprocess.Popen[bytes], name: str, errors: IO[bytes]) -> None:
    if process.wait():
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip()
        raise ProgramFailed(f"{name} failed: {' / '.join(said.splitlines())[-TOLD:]}")


def _environment() -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs find the database; a password is in no command line."""
    place = connection.settings_dict
    given = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    return {**os.environ, **{name: str(place[key]) for key, name in given.items() if place.get(key)}}
