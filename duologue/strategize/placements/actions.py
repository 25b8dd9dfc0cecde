"""Keeping placements in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.strategize.placements import rules
from duologue.strategize.placements.models import PlacementVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_placement(*, workspace: Workspace, placement: rules.Placement, now: datetime) -> PlacementVersion:
    """Keep a placement as a new version; the same again gives the version there is."""
    data = rules.to_json(placement)
    newest = PlacementVersion.within(workspace).filter(name=placement.placement).order_by("-number").first()
    if newest is not None and newest.data == data:
        return newest
    number = newest.number + 1 if newest else 1
    version = PlacementVersion(workspace=workspace, name=placement.placement, number=number, data=data, since=now)
    version.save()
    return version
