"""Brings a reachable database to the tables this version needs, once, whoever asks first."""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from duologue.platform.database import locks

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE_RESTORE = "before_restore"  # the schema in which what was there waits until a restore is done


class NotReachable(Exception):
    """The database does not answer; the sentence says where it was looked for."""


def unapplied() -> list[str]:
    """Return the names of migrations that this version has and the database has not.

    Where every file of a migration is noted in the database there is nothing to import: the usual start of every command.
    """
    if _named() <= set(MigrationRecorder(connection).applied_migrations()):
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _named() -> set[tuple[str, str]]:
    """Return app and name of each migration there is a file of."""
    found = set()
    for app in apps.get_app_configs():
        folder = Path(app.path, "migrations")
        found |= {(app.label, module.name) for module in iter_modules([str(folder)]) if not module.name.startswith("_")}
    return found


def make_ready(*, note: Callable[[str], None] = lambda _sentence: None, amid_restore: bool = False) -> None:
    """Apply what is missing; a second process waits for the first and then finds nothing to do.

    Raises NotReachable when the database does not answer, or holds only a part of what a restore was to bring.
    """
    try:
        if not amid_restore and _is_half_restored():
            raise NotReachable(
                "A restore of this database is under way, or was cut off. Let it end, or run it again: duologue restore FILE --over"
            )
        if not unapplied():
            return
    except OperationalError as error:
        raise NotReachable(_where(error)) from None
    with locks.held(locks.TABLES):
        if missing := unapplied():
            note(f"Making the database's tables ({len(missing)} steps) …")
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())


def _is_half_restored() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", (BEFORE_RESTORE,))
        return bool(cursor.fetchone()[0])


def let_go() -> None:
    """Close every connection of this process, so that an embedded server may stop."""
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None and connection.settings_dict["OPTIONS"].get("pool"):
        close_pool()


def _where(error: Exception) -> str:
    settings = connection.settings_dict
    place = settings["HOST"] or "this machine"
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return f"The database {settings['NAME']!r} on {place} does not answer ({reason}). Check DATABASE_URL, or that the server runs."
