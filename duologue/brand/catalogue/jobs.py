"""Fetching feeds that are due, beside the worker, so that a slow one keeps nobody waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import DatabaseError

from duologue.brand.catalogue.feeds import fetch_feed
from duologue.brand.catalogue.models import Feed
from duologue.platform.database.clock import database_now
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="fetch-feeds", pass_context=False)
def fetch_feeds(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Every five minutes, fetch the feeds that are due."""
    fetch_due(database_now())


def fetch_due(now: datetime) -> int:
    """Fetch what is due in workspaces that live; return how many. With a virtual clock a feed is fetched by hand alone."""
    due = Feed._rows.filter(next_at__lte=now).select_related("workspace").order_by("next_at")
    done = 0
    for feed in due:
        if feed.workspace.is_virtual:
            continue
        try:
            fetch_feed(workspace=feed.workspace, name=feed.name, now=present(feed.workspace))
        except (DatabaseError, Feed.DoesNotExist):
            raise
        except Exception as trouble:  # noqa: BLE001 one feed must not keep the others from being fetched
            log.error("feed_failed", feed=feed.name, workspace=feed.workspace.name, error=type(trouble).__name__)  # noqa: TRY400
            Feed.within(feed.workspace).filter(pk=feed.pk).update(trouble=f"It could not be taken in: {type(trouble).__name__}.")
        done += 1
    return done
