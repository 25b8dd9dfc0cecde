"""Setting the guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.database import versions
from duologue.strategize.guardrails import rules
from duologue.strategize.guardrails.models import NAME, GuardrailsVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def take_guardrails(*, workspace: Workspace, source: str, now: datetime, file: str = "") -> GuardrailsVersion:
    """Put in force what a text says of the guardrails. Raises Mistakes."""
    return set_guardrails(workspace=workspace, guardrails=rules.read_guardrails(source, file), now=now, source=source)


def set_guardrails(*, workspace: Workspace, guardrails: rules.Guardrails, now: datetime, source: str = "") -> GuardrailsVersion:
    """Put these guardrails in force at once, for all that is not yet handed over; the same again gives the version there is."""
    return versions.keep(GuardrailsVersion, workspace=workspace, name=NAME, data=rules.to_json(guardrails), now=now, source=source)
