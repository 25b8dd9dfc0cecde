"""The one procrastinate application: coarse jobs, deferred in the transaction that needs them, never one per person."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app as _app
from procrastinate.contrib.django import connector_params

if TYPE_CHECKING:
    from procrastinate import App

app: App = _app  # a stand-in until Django is set up
OWN_CONNECTIONS: Final = 2  # one that fetches, one that reports; jobs themselves use Django's
LOOKS_EVERY: Final = 1.0  # seconds; psycopg listens by waking ten times a second, which at rest costs more than to ask once

_modules: list[str] = []


def register_jobs(*modules: str) -> None:
    """Add modules that hold jobs; called from an app's start-up. Only the process that works on jobs imports them."""
    _modules.extend(modules)


def registered() -> list[str]:
    """Return the modules that hold jobs."""
    return list(_modules)


def load() -> None:
    """Load what holds the jobs."""
    for module in registered():
        import_module(module)


def run_until_stopped() -> None:
    """Work on jobs until SIGTERM or SIGINT; a job at work is given time to end."""
    load()
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=OWN_CONNECTIONS)
    with app.replace_connector(connector) as worker:
        worker.run_worker(
            concurrency=1,
            shutdown_graceful_timeout=20,
            listen_notify=False,
            fetch_job_polling_interval=LOOKS_EVERY,
            delete_jobs="successful",
        )
