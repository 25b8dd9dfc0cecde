"""Counting a rule while it is written: what it looks at is loaded once and held a minute, so that other words are counted at once."""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from duologue.people.privacy.queries import NOT_ERASED
from duologue.platform.lake.streams import Scratch
from duologue.strategize.segments import engine
from duologue.strategize.segments.compiled import compiled_of
from duologue.strategize.segments.loading import load, load_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled
    from duologue.strategize.segments.rules.tree import Rule

SOME: Final = 5
MOST_SECONDS: Final = 5.0  # for reading, and again for deciding
BETWEEN: Final = 0.05
HELD_SECONDS: Final = 60.0
GONE: Final = (duckdb.IOException, FileNotFoundError)  # whoever is erased meanwhile takes files of the lake away


class NotCounted(Exception):
    """It was not counted while it was written; the sentence says why. The worker counts it once it is kept."""


@dataclass(slots=True, frozen=True)
class Tried:
    """How many people a rule would pick just now, of how many, and a few of them by their numbers."""

    people: int
    of: int
    some: tuple[int, ...]


def try_rule(*, workspace: Workspace, rule: Rule, now: datetime) -> Tried:
    """Count a rule over everybody without keeping anything of it; what is counted may be a minute old.

    Holds 512 MB of memory at most, and what it loaded for a minute. Raises NotCounted where that would take longer than
    some seconds, and where another rule is being counted so long that nobody would wait.
    """
    if settings.ENGINE_URL:
        raise NotCounted("This workspace is counted by its own engine; the number stands here soon after it is kept.")
    wanted = compiled_of(rule)
    if not _HELD.turn.acquire(timeout=MOST_SECONDS):
        raise NotCounted("Others are being counted just now; change a letter to ask again.")
    try:
        return _tried(workspace, wanted, now)
    except GONE:
        _HELD.drop()
        return _tried(workspace, wanted, now)
    except (duckdb.InterruptException, duckdb.OutOfMemoryException, QueryCanceled, OperationalError) as slow:
        _HELD.drop()
        raise NotCounted("With so many people that takes longer than anybody types; it is counted once it is kept.") from slow
    finally:
        _HELD.turn.release()


def _tried(workspace: Workspace, wanted: Compiled, now: datetime) -> Tried:
    desk = _HELD.for_rule(workspace, wanted, now)
    with _interrupted(desk.duck):
        told = engine.at_moment(wanted.sql, now)
        picked = f"SELECT person FROM ({told}) WHERE member AND person NOT IN (SELECT id FROM gone)"
        desk.duck.execute(f"CREATE OR REPLACE TEMP TABLE picked AS {picked}")
        number = desk.duck.execute("SELECT count(*) FROM picked").fetchall()[0][0]
        some = desk.duck.execute("SELECT person FROM picked ORDER BY person DESC LIMIT ?", [SOME]).fetchall()
    return Tried(number, desk.people, tuple(row[0] for row in some))


class _Desk:
    """What was loaded of one workspace: enough for every rule that looks at no more than `reach`."""

    def __init__(self, workspace: Workspace, reach: Compiled, now: datetime) -> None:
        self.workspace, self.reach, self.now, self.since = workspace.pk, reach, now, time.monotonic()
        self._leaving, self._all = ExitStack(), False
        scratch = Path(settings.DATA.path) / "run"
        scratch.mkdir(parents=True, exist_ok=True)
        folder = self._leaving.enter_context(tempfile.TemporaryDirectory(prefix="segments-", dir=scratch))
        self.duck = engine.new_connection(threads=2, memory="512MB", spill=f"{folder}/spill")
        self._leaving.callback(self.duck.close)
        try:
            with _interrupted(self.duck), _soon():
                self._scratch = Scratch(self.duck, Path(folder))
                load(self._scratch, workspace, reach, now)
                self.people = _people(workspace)
        except BaseException:
            self.close()
            raise
        leaving = threading.Timer(HELD_SECONDS, leave, [self])
        leaving.daemon = True
        self._leaving.callback(leaving.cancel)
        leaving.start()

    def serves(self, workspace: Workspace, wanted: Compiled, now: datetime) -> bool:
        """Say whether a rule of this workspace can be counted by what lies here, and whether that is fresh."""
        aged = max(time.monotonic() - self.since, (now - self.now).total_seconds())
        return workspace.pk == self.workspace and now >= self.now and aged < HELD_SECONDS and _covers(self.reach, wanted)

    def see_everybody(self, workspace: Workspace) -> None:
        """Bring all people here as well, for a rule that asks for them."""
        if not self._all:
            with _interrupted(self.duck), _soon():
                load_people(self._scratch, workspace)
            self._all = True

    def close(self) -> None:
        self._leaving.close()


class _Held:
    """The one desk of this process, which whoever has its turn may use."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.desk: _Desk | None = None

    def for_rule(self, workspace: Workspace, wanted: Compiled, now: datetime) -> _Desk:
        """Return a desk that a rule can be counted at: the one there is, or one laid anew."""
        if self.desk is None or not self.desk.serves(workspace, wanted, now):
            self.drop()
            self.desk = _Desk(workspace, wanted, now)
        if wanted.asks_for_all:
            self.desk.see_everybody(workspace)
        return self.desk

    def drop(self) -> None:
        if self.desk is not None:
            self.desk.close()
            self.desk = None


_HELD: Final = _Held()


def leave(desk: _Desk | None = None) -> None:
    """Let go of what was loaded; of a certain desk only where it is still the one."""
    with _HELD.turn:
        if desk in {None, _HELD.desk}:
            _HELD.drop()


def _covers(held: Compiled, wanted: Compiled) -> bool:
    """Say whether what was loaded for one rule holds all that another looks at."""
    far = held.lookback is None or (wanted.lookback is not None and wanted.lookback <= held.lookback)
    return (
        (far or not wanted.events)
        and (held.consent or not wanted.consent)
        and all(getattr(held, part) >= getattr(wanted, part) for part in ("events", "facts", "segments", "properties"))
    )


def _people(workspace: Workspace) -> int:
    """Return how many people there are, each once and none who is erased."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM people_profile p WHERE workspace_id = %s AND id = person AND {NOT_ERASED}", (workspace.pk,))
        return int(cursor.fetchone()[0])


@contextmanager
def _interrupted(duck: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let DuckDB stop what takes too long: whatever it begins after that as well."""
    done = threading.Event()

    def stop() -> None:
        left = MOST_SECONDS
        while not done.wait(left):
            duck.interrupt()
            left = BETWEEN

    watching = threading.Thread(target=stop, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


@contextmanager
def _soon() -> Iterator[None]:
    """Let PostgreSQL stop what takes too long."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {int(MOST_SECONDS * 1000)}")
        yield
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
