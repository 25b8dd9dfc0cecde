"""Adding and changing endpoints, their secrets, and telling them again."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from duologue.engage.endpoints import queries
from duologue.engage.endpoints.models import Endpoint, Untaken
from duologue.engage.endpoints.rules import FORMER_STAYS, checked_events, checked_name, checked_url
from duologue.engage.webhooks.rules import PREFIX
from duologue.kit.clock import zone_named
from duologue.kit.pipeline import Refused
from duologue.platform.secrets.actions import put_secret
from duologue.platform.secrets.queries import get_secret

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def add_endpoint(
    *,
    workspace: Workspace,
    name: str,
    url: str,
    events: Sequence[str],
    addresses: bool = False,
    is_test: bool = False,
    now: datetime,
) -> str:
    """Tell a program of events from now on; return the secret that its calls are signed with. Raises Refused."""
    values = {
        "url": checked_url(url.strip(), private=settings.WEBHOOKS_PRIVATE),
        "events": checked_events(events),
        "addresses": addresses,
        "is_test": is_test,
        "made_at": now,
        "batch_no": queries.last_batch(workspace),
        "due_at": now,
    }
    _, is_new = Endpoint.within(workspace).get_or_create(workspace=workspace, name=checked_name(name), defaults=values)
    if not is_new:
        raise Refused("known name", f"There is an endpoint {name!r} already; change it, or take another name.")
    return _new_secret(workspace, name)


@transaction.atomic
def change_endpoint(
    *,
    workspace: Workspace,
    name: str,
    url: str | None = None,
    events: Sequence[str] | None = None,
    addresses: bool | None = None,
    is_test: bool | None = None,
    now: datetime,
) -> dict[str, list[Any]]:
    """Change what is said of an endpoint, and try at once what waits for it; its place in the timeline stays. Raises Refused.

    Return what was changed, each as [before, after]; of an address only the host, for the rest of it may be secret.
    """
    one = _known(workspace, name)
    before = _said(one)
    if url is not None:
        one.url = checked_url(url.strip(), private=settings.WEBHOOKS_PRIVATE)
    if events is not None:
        one.events = checked_events(events)
    one.addresses = one.addresses if addresses is None else addresses
    one.is_test = one.is_test if is_test is None else is_test
    one.due_at, one.claim, one.claimed_until = now, one.claim + 1, None  # a call in flight settles nothing by what was said before
    one.save(update_fields=["url", "events", "addresses", "is_test", "due_at", "claim", "claimed_until"])
    after = _said(one)
    return {
        ("host" if key == "url" else key): [urlsplit(was).hostname, urlsplit(after[key]).hostname] if key == "url" else [was, after[key]]
        for key, was in before.items()
        if was != after[key]
    }


@transaction.atomic
def forget_endpoint(*, workspace: Workspace, name: str) -> bool:
    """Tell a program no more, and forget its secrets; say whether there was one."""
    one = Endpoint.within(workspace).filter(name=name).select_for_update().first()
    if one is None:
        return False
    Untaken.within(workspace).filter(endpoint=one).delete()
    one.delete()
    put_secret(workspace, queries.SECRET + name, "")
    put_secret(workspace, queries.FORMER + name, "")
    return True


@transaction.atomic
def pause_endpoint(*, workspace: Workspace, name: str, now: datetime) -> None:
    """Tell a program nothing for the time being; what happens meanwhile waits for it. Raises Refused, also where it is paused already."""
    one = _known(workspace, name)
    if one.paused_at is not None:
        local = one.paused_at.astimezone(zone_named(workspace.timezone, "UTC"))
        why = f", after: {one.trouble}" if one.trouble else ""
        raise Refused("changed meanwhile", f"{name} is paused already, since {local:%Y-%m-%d %H:%M}{why}. Nothing was changed now.")
    one.paused_at = now
    one.save(update_fields=["paused_at"])


@transaction.atomic
def resume_endpoint(*, workspace: Workspace, name: str, now: datetime) -> None:
    """Go on telling a program, from where it stands. Raises Refused, also where it is not paused."""
    one = _known(workspace, name)
    if one.paused_at is None:
        raise Refused("changed meanwhile", f"{name} is not paused: somebody has let it go on already. Nothing was changed now.")
    one.paused_at, one.due_at, one.attempt, one.trouble, one.failing_since = None, now, 0, "", None
    one.save(update_fields=["paused_at", "due_at", "attempt", "trouble", "failing_since"])


@transaction.atomic
def new_secret(*, workspace: Workspace, name: str, now: datetime) -> str:
    """Sign with a new secret and return it; for 24 hours the former one signs too. Raises Refused."""
    one = _known(workspace, name)
    put_secret(workspace, queries.FORMER + name, get_secret(workspace, queries.SECRET + name) or "")
    one.former_until = now + FORMER_STAYS
    one.save(update_fields=["former_until"])
    return _new_secret(workspace, name)


@transaction.atomic
def tell_again(*, workspace: Workspace, name: str, since: datetime | None = None, message: str = "", now: datetime) -> None:
    """Tell a program again, in order and under the same ids, all since a moment or from the event of an id on. Raises Refused."""
    one = _known(workspace, name)
    if message:
        place = queries.place_before(workspace, message)
        if place is None and (months := queries.left_with(workspace, message)):
            raise Refused(
                "left PostgreSQL",
                f"What was written with {message[:60]!r} is of {', '.join(months[-3:])}. Of that, events have left PostgreSQL "
                "and cannot be told again: take a later one.",
            )
        if place is None:
            raise Refused("unknown event", f"There is no event {message[:60]!r}; take the webhook-id of a call.")
    elif since is None:
        raise Refused("no place", "Say from when on, or from which webhook-id.")
    elif since.tzinfo is None or since > now:
        raise Refused("no moment", "Say a past moment with its offset, such as 2026-01-05T12:00:00+00:00.")
    else:
        place = queries.place_at(workspace, since)
    if place > (one.batch_no, one.event_id):
        raise Refused("not told yet", "All of that waits for it anyway.")
    if months := queries.left_since(workspace, place, one.events):
        raise Refused(
            "left PostgreSQL",
            f"Events of {', '.join(months[-3:])} written since have left PostgreSQL and cannot be told again: take a later moment.",
        )
    one.batch_no, one.event_id = place
    one.due_at, one.attempt, one.claim, one.claimed_until = now, 0, one.claim + 1, None
    one.save(update_fields=["batch_no", "event_id", "due_at", "attempt", "claim", "claimed_until"])


@transaction.atomic
def send_untaken_again(*, workspace: Workspace, name: str, events: Collection[int] = (), now: datetime) -> int:
    """Send again what an endpoint did not take, all of it or these by their numbers, once; return how many. Raises Refused."""
    one = _known(workspace, name)
    if workspace.is_virtual and not one.is_test:
        raise Refused("virtual clock", "While the clock is virtual only endpoints marked test are called.")
    rows = Untaken.within(workspace).filter(endpoint=one)
    found = (rows.filter(pk__in=events) if events else rows).update(again=True)
    if found:
        one.again, one.due_at = True, now
        one.save(update_fields=["again", "due_at"])
    return found


def _said(one: Endpoint) -> dict[str, Any]:
    return {"url": one.url, "events": one.events, "addresses": one.addresses, "is_test": one.is_test}


def _known(workspace: Workspace, name: str) -> Endpoint:
    one = Endpoint.within(workspace).filter(name=name).select_for_update().first()
    if one is None:
        raise Refused("unknown endpoint", f"There is no endpoint {name[:60]!r}.")
    return one


def _new_secret(workspace: Workspace, name: str) -> str:
    secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    put_secret(workspace, queries.SECRET + name, secret)
    return secret
