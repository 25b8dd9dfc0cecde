"""Setting the guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.strategize.guardrails import rules
from duologue.strategize.guardrails.models import Guardrails

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def set_guardrails(*, workspace: Workspace, guardrails: rules.Guardrails, now: datetime) -> None:
    """Put these guardrails in force at once, for all that is not yet handed over."""
    Guardrails.within(workspace).update_or_create(workspace=workspace, defaults={"data": rules.to_json(guardrails), "changed_at": now})
