"""Keeping occasions in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.platform.database import versions
from duologue.strategize.occasions import rules
from duologue.strategize.occasions.models import OccasionVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def take_occasion(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> OccasionVersion:
    """Put in force what a text says of an occasion. Raises Mistakes."""
    occasion = rules.read_occasion(source, file)
    versions.named(source, occasion.occasion, name, "occasion", file)
    return save_occasion(workspace=workspace, occasion=occasion, now=now, source=source)


def save_occasion(*, workspace: Workspace, occasion: rules.Occasion, now: datetime, source: str = "") -> OccasionVersion:
    """Keep an occasion as a new version; the same again gives the version there is."""
    return versions.keep(OccasionVersion, workspace=workspace, name=occasion.occasion, data=rules.to_json(occasion), now=now, source=source)
