"""Finding sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from django.db.models import F

from duologue.engage.sites.models import SiteVersion
from duologue.engage.sites.rules import Site

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class InForce:
    """The version of a site that is in force, since when, and how many forms came in by the site."""

    site: Site
    number: int
    since: datetime
    forms: int


def current(workspace: Workspace, name: str) -> InForce | None:
    """Return the version of a site that is in force, or None."""
    row = _in_force(workspace).filter(site__name=name).first()
    return _made(row) if row else None


def sites(workspace: Workspace) -> list[InForce]:
    """Return all sites, by name."""
    return [_made(row) for row in _in_force(workspace).order_by("site__name")]


def _in_force(workspace: Workspace) -> QuerySet[SiteVersion]:
    return SiteVersion.within(workspace).select_related("site").filter(number=F("site__current"))


def _made(row: SiteVersion) -> InForce:
    return InForce(msgspec.convert(row.data, Site), row.number, row.since, row.site.forms)
