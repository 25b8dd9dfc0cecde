"""Keeping occasions in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.strategize.occasions import rules
from duologue.strategize.occasions.models import OccasionVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_occasion(*, workspace: Workspace, occasion: rules.Occasion, now: datetime) -> OccasionVersion:
    """Keep an occasion as a new version; the same again gives the version there is."""
    data = rules.to_json(occasion)
    newest = OccasionVersion.within(workspace).filter(name=occasion.occasion).order_by("-number").first()
    if newest is not None and newest.data == data:
        return newest
    number = newest.number + 1 if newest else 1
    version = OccasionVersion(workspace=workspace, name=occasion.occasion, number=number, data=data, since=now)
    version.save()
    return version
