"""Every test runs on a real PostgreSQL: the one DATABASE_URL names, or an embedded one started for this run."""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.conjecture import providers

from tests.drawn import drawn
from tests.emptying import empty
from tests.web.browser.opened import OPENED

_started: list = []

if not os.environ.get("DUOLOGUE_THOROUGH") and not os.environ.get("DUOLOGUE_EXPLORE"):
    # Words and numbers out of our modules are drawn only in make test-all: each process would parse all of them first,
    # and a test's examples would depend on what happens to be imported.
    providers._get_local_constants = lambda: providers._local_constants

gc.disable()  # until everything is imported: what a module makes stays

# The same examples in every run, so that a red run is about the change it saw; DUOLOGUE_EXPLORE=1 looks for new ones.
# A test that does not say how many examples it draws draws the usual hundred, in make test a third of them.
# Nor may an example fail by the clock: a busy machine is no mistake.
untimed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("repeatable", derandomize=True, database=None, max_examples=drawn(100), **untimed)
hypothesis_settings.register_profile("exploring", print_blob=True, **untimed)
hypothesis_settings.load_profile("exploring" if os.environ.get("DUOLOGUE_EXPLORE") else "repeatable")


def pytest_configure(config):
    os.environ.setdefault("DUOLOGUE_SECRET_KEY", "a key for tests only")
    if hasattr(config, "workerinput"):
        return
    path = Path(tempfile.mkdtemp(prefix="duologue-tests-"))
    path.chmod(0o755)
    os.environ["DUOLOGUE_TEST_RUN"] = str(path)
    if os.environ.get("DATABASE_URL"):
        os.environ["DUOLOGUE_DATA"] = str(path)  # what stands in the usual folder is not of this database
        _started.append((None, path))
        return
    from duologue.platform.database.embedded import held
    from duologue.platform.database.folder import DataFolder

    data = DataFolder(path)
    server = held(data, durable=False, note=lambda _sentence: None)
    server.__enter__()
    _started.append((server, path))
    os.environ["DUOLOGUE_DATA"] = str(path)
    os.environ["DATABASE_URL"] = f"postgresql://duologue@/duologue?host={data.socket_folder}&port=5432"
    if settings.configured:  # with -n 0 pytest-django has read them already
        settings.DATABASES["default"].update(data.database())
        settings.EMBEDDED_DATABASE = False
        settings.DATA, settings.SECRET_KEY = data, os.environ["DUOLOGUE_SECRET_KEY"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Let each process begin with its share of what takes long, so that none is left alone with it at the end."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items.sort(key=lambda item: item.get_closest_marker("first") is None)
    seen = [item for item in items if item.get_closest_marker("browser")]  # one process opens the browser, once
    long = [item for item in items if item.get_closest_marker("first") and item not in seen]
    taken = {*seen, *long}
    rest = [item for item in items if item not in taken]
    others = max(1, processes - 1)
    shares = [long[process::others] for process in range(others)]
    dealt = []
    for process, share in enumerate([seen, *shares] if processes > 1 else [seen + long]):  # each is given a run of neighbours
        more = max(0, (len(items) - len(dealt)) // (processes - process) - len(share))
        dealt += share + rest[:more]
        del rest[:more]
    items[:] = dealt


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if not item.get_closest_marker("browser"):
        OPENED.close()


def pytest_collection_finish():
    """Let no search for waste go through a million things that stay to the end."""
    gc.freeze()
    atexit.register(gc.unfreeze)
    gc.enable()


def pytest_unconfigure(config):
    OPENED.close()
    for server, path in _started:
        if server is None:
            _drop_template(path)
        else:
            server.__exit__(None, None, None)
        shutil.rmtree(path, ignore_errors=True)
    _started.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker, django_db_keepdb):
    """Tables are made once for the run; each worker's database is a copy. With --reuse-db there is nothing to copy."""
    if django_db_keepdb:
        return
    run = Path(os.environ["DUOLOGUE_TEST_RUN"])
    template = _template(run)
    with (run / "template.lock").open("a+") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if not lock.read():
            _make_template(template)
            lock.write("made")
    settings.DATABASES["default"].setdefault("TEST", {}).update(TEMPLATE=template)


def _template(run: Path) -> str:
    return "template_of_" + run.name.rpartition("-")[2].lower()


def _make_template(template: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    with _outside() as server:
        server.execute(f'CREATE DATABASE "{template}"')
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = template
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = usual


def _drop_template(run: Path) -> None:
    if (run / "template.lock").exists():
        with _outside() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{_template(run)}"')


def _outside():
    """A connection of our own to the server: at the end of a run Django's are barred."""
    return psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)


@pytest.fixture(autouse=True, scope="session")
def usual_hashing():
    """By the hasher of the product, with little work: what it is to cost is Django's to say, and test_accounts looks."""
    from django.contrib.auth.hashers import Argon2PasswordHasher as Hasher

    usual = Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism
    Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism = 1, 8, 1
    yield usual
    Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism = usual


@pytest.fixture(autouse=True, scope="session")
def _a_lake_of_its_own(tmp_path_factory):
    """Processes share a data folder, and their workspaces have the same numbers: each keeps its lake for itself."""
    from duologue.platform.database.folder import DataFolder

    usual, shared, own = DataFolder.lake, settings.DATA, tmp_path_factory.mktemp("lake")
    DataFolder.lake = property(lambda folder: own if folder == shared else usual.__get__(folder))
    yield
    DataFolder.lake = usual


@pytest.fixture(autouse=True, scope="session")
def _empty_only_what_is_full():
    """After a test that committed, Django would empty every table and announce its models anew; what holds rows is enough."""
    from django.test import TransactionTestCase

    plain = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda _case: empty()
    yield
    TransactionTestCase._fixture_teardown = plain


@pytest.fixture(autouse=True, scope="session")
def _numbers_in_store():
    """Let a process take its numbers once: a test that counts queries must not meet the moment at which they run out."""
    from duologue.platform.database import numbers

    usual = numbers.AT_ONCE
    numbers.AT_ONCE = 20_000  # type: ignore[misc]
    yield
    numbers.AT_ONCE = usual  # type: ignore[misc]


@pytest.fixture
def workspace(db):
    """A workspace with a virtual clock at noon on a Monday."""
    from duologue.people.timeline.actions import WRITE_IDS
    from duologue.platform.workspaces.actions import create_workspace

    WRITE_IDS.take()
    return create_workspace(name="shop", title="Shop", clock_at="2026-01-05T12:00:00+00:00")
