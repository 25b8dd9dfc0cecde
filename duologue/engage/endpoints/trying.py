"""One call that tells of nothing, to see whether a program takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.conf import settings

from duologue.engage.endpoints.queries import endpoint
from duologue.engage.endpoints.reading import keys_of
from duologue.engage.endpoints.rules import Failure
from duologue.engage.endpoints.telling import say
from duologue.kit.pipeline import Refused
from duologue.platform.outbound.calling import Line
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def try_out(*, workspace: Workspace, name: str, now: datetime) -> Failure | None:
    """Make one signed call of type `duologue.try`, whatever the endpoint's state; return why it was not taken, or None. Raises Refused."""
    one = endpoint(workspace, name)
    if one is None:
        raise Refused("unknown endpoint", f"There is no endpoint {name[:60]!r}.")
    if workspace.is_virtual and not one.is_test:
        raise Refused("virtual clock", "While the clock is virtual only endpoints marked test are called.")
    keys = keys_of(workspace, one, now)
    if not keys:
        return Failure("its secret is not kept", for_good=True)
    body = msgspec.json.encode(
        {"type": "duologue.try", "timestamp": now.isoformat(), "data": {"workspace": workspace.name, "endpoint": one.name}}
    )
    line = Line(one.url, private=settings.WEBHOOKS_PRIVATE)
    try:
        return say(line, keys, f"try_{present(workspace).timestamp():.6f}".replace(".", "_"), body, now)
    finally:
        line.close()
