"""Fetching feeds that are due, beside the worker, so that a slow one keeps nobody waiting."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from duologue.brand.catalogue.feeds import fetch_feed
from duologue.brand.catalogue.models import Feed
from duologue.platform.database.clock import database_now
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

log = structlog.get_logger()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="fetch-feeds", pass_context=False)
def fetch_feeds(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Every five minutes, fetch the feeds that are due."""
    fetch_due(database_now())


@app.task(pass_context=False)
def fetch_one(workspace: int, name: str, *, half_empty_is_fine: bool = False) -> None:
    """Fetch one feed, whatever the clock says."""
    feed = Feed._rows.filter(workspace=workspace, name=name).select_related("workspace").first()
    if feed is not None:
        _fetch(feed, half_empty_is_fine=half_empty_is_fine)


def fetch_soon(*, workspace: Workspace, name: str, half_empty_is_fine: bool = False) -> None:
    """Leave fetching a feed to a job; however often that is asked for, it waits there once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        fetch_one.configure(queueing_lock=f"fetch-{workspace.pk}-{name}").defer(
            workspace=workspace.pk, name=name, half_empty_is_fine=half_empty_is_fine
        )


def fetch_due(now: datetime) -> int:
    """Fetch what is due in workspaces that live; return how many. With a virtual clock a feed is fetched by hand alone."""
    due = Feed._rows.filter(next_at__lte=now).select_related("workspace").order_by("next_at")
    living = [feed for feed in due if not feed.workspace.is_virtual]
    for feed in living:
        _fetch(feed)
    return len(living)


def _fetch(feed: Feed, *, half_empty_is_fine: bool = False) -> None:
    try:
        fetch_feed(workspace=feed.workspace, name=feed.name, now=present(feed.workspace), half_empty_is_fine=half_empty_is_fine)
    except Feed.DoesNotExist:
        log.info("feed_forgotten_meanwhile", feed=feed.name, workspace=feed.workspace.name)
    except Exception as trouble:  # noqa: BLE001 one feed must not keep the others from being fetched
        log.error("feed_failed", feed=feed.name, workspace=feed.workspace.name, error=type(trouble).__name__)  # noqa: TRY400
        Feed.within(feed.workspace).filter(pk=feed.pk).update(trouble=f"It could not be taken in: {type(trouble).__name__}.")
