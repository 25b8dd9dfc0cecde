"""Keeping placements in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.kit.yaml import read_yaml
from duologue.platform.database import versions
from duologue.strategize.placements import rules
from duologue.strategize.placements.models import PlacementVersion
from duologue.strategize.placements.queries import by_code

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def take_placement(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> PlacementVersion:
    """Put in force what a text says of a placement. Raises Mistakes, also where a code belongs to another one."""
    placement = rules.read_placement(source, file)
    versions.named(source, placement.placement, name, "placement", file)
    versions.one_at_a_time(workspace)
    taken = by_code(workspace)
    document = read_yaml(source, file)
    for index, code in enumerate(placement.codes):
        other = taken.get(rules.plain(code), name)
        if other != name:
            document.refuse(("codes", index), f"The code {code!r} belongs to the placement {other}; a code leads to one placement.")
    document.settle()
    return save_placement(workspace=workspace, placement=placement, now=now, source=source)


def save_placement(*, workspace: Workspace, placement: rules.Placement, now: datetime, source: str = "") -> PlacementVersion:
    """Keep a placement as a new version; the same again gives the version there is."""
    return versions.keep(
        PlacementVersion, workspace=workspace, name=placement.placement, data=rules.to_json(placement), now=now, source=source
    )
