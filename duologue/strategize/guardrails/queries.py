"""Reading the guardrails in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.strategize.guardrails import rules
from duologue.strategize.guardrails.models import Guardrails

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def current(workspace: Workspace) -> rules.Guardrails:
    """Return the workspace's guardrails; with none set, none hold."""
    data = Guardrails.within(workspace).values_list("data", flat=True).first()
    return rules.from_json(data) if data else rules.Guardrails()
