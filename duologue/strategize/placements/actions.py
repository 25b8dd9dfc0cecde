"""Keeping placements in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.strategize import versions
from duologue.strategize.placements import rules
from duologue.strategize.placements.models import PlacementVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def save_placement(*, workspace: Workspace, placement: rules.Placement, now: datetime) -> PlacementVersion:
    """Keep a placement as a new version; the same again gives the version there is."""
    return versions.keep(PlacementVersion, workspace=workspace, name=placement.placement, data=rules.to_json(placement), now=now)
