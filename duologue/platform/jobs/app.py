"""The one procrastinate application: coarse jobs, deferred in the transaction that needs them, never one per person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procrastinate.contrib.django import app as _app

if TYPE_CHECKING:
    from procrastinate import App

app: App = _app  # a stand-in until Django is set up


def run_until_stopped() -> None:
    """Work on jobs until SIGTERM or SIGINT; a job at work is given time to end."""
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 needs Django set up

    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("procrastinate is not set up on Django's database")
    with app.replace_connector(connector.get_worker_connector()) as worker:
        worker.run_worker(concurrency=1, shutdown_graceful_timeout=20, listen_notify=True, delete_jobs="successful")
