"""How many statements a connection keeps planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

KEPT: Final = 1000
"""More than a worker asks again and again (about 200). Savepoints have a name each, and would soon push out what is kept if it were few."""


def keep_plans() -> None:
    """Let every connection from now on keep the plans of all that it is often asked (decision 10)."""
    connection_created.connect(_keep, dispatch_uid="keep plans")


def _keep(connection: BaseDatabaseWrapper, **_: Any) -> None:
    connection.connection.prepared_max = KEPT
