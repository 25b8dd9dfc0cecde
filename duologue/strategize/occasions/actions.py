"""Keeping occasions in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.strategize import versions
from duologue.strategize.occasions import rules
from duologue.strategize.occasions.models import OccasionVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def save_occasion(*, workspace: Workspace, occasion: rules.Occasion, now: datetime) -> OccasionVersion:
    """Keep an occasion as a new version; the same again gives the version there is."""
    return versions.keep(OccasionVersion, workspace=workspace, name=occasion.occasion, data=rules.to_json(occasion), now=now)
