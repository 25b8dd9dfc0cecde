"""Making the calls that are due, many at a time, and telling the timeline what came of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import msgspec
from django.conf import settings

from duologue.engage.webhooks.outbox import claim, settle
from duologue.engage.webhooks.rules import MOST_ATTEMPTS, Came, read_answer, signature
from duologue.platform.outbound.calling import NotAllowed, post

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.webhooks.outbox import Due
    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 32
SECONDS: Final = 5.0


def call_due(workspace: Workspace, now: datetime) -> int:
    """Make the calls that are due and wait for them; return how many were made. The live worker does not wait (`air`).

    A call carries its id, so that one made twice is known again.
    """
    due = claim(workspace=workspace, most=AT_ONCE, now=now)
    if not due:
        return 0
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        came = list(pool.map(lambda one: make(one, now, virtual=workspace.is_virtual), due))
    settle(workspace=workspace, done=list(zip(due, came, strict=True)), now=now)
    return len(due)


def make(one: Due, now: datetime, *, virtual: bool) -> Came:
    """Make one call, unless there is a reason not to; never raises, for it runs in a thread of its own."""
    if virtual and not one.is_test:
        return Came(reason="the clock is virtual")
    if one.attempt > MOST_ATTEMPTS:
        return Came(reason="nothing came of any try")
    if one.secret is None:
        return Came(reason="its secret is not kept")
    try:
        return _ask(one, one.secret, now)
    except NotAllowed as refusal:
        return Came(reason=str(refusal))
    except TimeoutError:
        return Came(reason="timeout", try_again=True)
    except (OSError, ValueError) as trouble:
        return Came(reason=type(trouble).__name__, try_again=True)
    except Exception as trouble:  # noqa: BLE001 one program's answer must not cost the others theirs
        return Came(reason=type(trouble).__name__)


def _ask(one: Due, secret: str, now: datetime) -> Came:
    body = msgspec.json.encode(
        {
            "type": "dialogue.call",
            "timestamp": one.asked_at.isoformat(),
            "data": {"dialogue": one.call.dialogue, "turn": one.call.turn, "profile": one.call.profile, "with": one.call.payload},
        }
    )
    message = f"call_{one.id}"
    headers = {"content-type": "application/json", "webhook-id": message, "webhook-timestamp": str(int(now.timestamp()))}
    if secret:
        headers["webhook-signature"] = signature(secret, message, now, body)
    return read_answer(*post(one.url, body, headers, seconds=SECONDS, private=settings.WEBHOOKS_PRIVATE))
