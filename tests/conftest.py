"""Every test runs on a real PostgreSQL: the one DATABASE_URL names, or an embedded one started for this run."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

_started: list = []


def pytest_configure(config):
    os.environ.setdefault("DUOLOGUE_SECRET_KEY", "a key for tests only")
    if hasattr(config, "workerinput"):
        return
    if os.environ.get("DATABASE_URL"):
        return
    from duologue.platform.database.embedded import held
    from duologue.platform.database.folder import DataFolder

    path = Path(tempfile.mkdtemp(prefix="duologue-tests-"))
    path.chmod(0o755)
    data = DataFolder(path)
    server = held(data, durable=False, note=lambda _sentence: None)
    server.__enter__()
    _started.append((server, path))
    os.environ["DUOLOGUE_DATA"] = str(path)
    os.environ["DATABASE_URL"] = f"postgresql://duologue@/duologue?host={data.socket_folder}&port=5432"
    if settings.configured:  # with -n 0 pytest-django has read them already
        settings.DATABASES["default"].update(data.database())
        settings.EMBEDDED_DATABASE = False


def pytest_unconfigure(config):
    for server, path in _started:
        server.__exit__(None, None, None)
        shutil.rmtree(path, ignore_errors=True)
    _started.clear()


@pytest.fixture(autouse=True, scope="session")
def _flush_partitioned_tables_too():
    """Between tests Django empties the tables it manages; ours that it does not manage hang on them."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def cascading(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        return plain(self, style, tables, reset_sequences=reset_sequences, allow_cascade=True)

    DatabaseOperations.sql_flush = cascading
    yield
    DatabaseOperations.sql_flush = plain


@pytest.fixture
def workspace(db):
    """A workspace with a virtual clock at noon on a Monday."""
    from duologue.platform.workspaces.actions import create_workspace

    return create_workspace(name="shop", title="Shop", clock_at="2026-01-05T12:00:00+00:00")
