"""Keeping and forgetting secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.database.clock import database_now
from duologue.platform.secrets.models import Secret
from duologue.platform.secrets.queries import place_of
from duologue.platform.secrets.sealing import seal

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def put_secret(workspace: Workspace, name: str, value: str) -> None:
    """Keep a secret, in place of what was kept under the name; an empty value forgets it."""
    if not value:
        Secret.within(workspace).filter(name=name).delete()
        return
    Secret._rows.update_or_create(
        workspace=workspace, name=name, defaults={"sealed": seal(value, place_of(workspace, name)), "changed_at": database_now()}
    )
