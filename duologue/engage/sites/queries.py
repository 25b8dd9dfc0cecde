"""Finding sites and their versions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from django.db import connection
from django.db.models import F

from duologue.engage.sites.models import Site as SiteRow
from duologue.engage.sites.models import SiteVersion
from duologue.engage.sites.rules.page import Site

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class InForce:
    """The version of a site that is in force, since when, how many forms came in by the site, and whether a next one is drafted."""

    site: Site
    number: int
    since: datetime
    forms: int
    has_draft: bool


def current(workspace: Workspace, name: str) -> InForce | None:
    """Return the version of a site that is in force, or None."""
    row = _in_force(workspace).filter(site__name=name).first()
    return _made(row) if row else None


def shown(workspace: Workspace, name: str) -> tuple[Site, int] | None:
    """Return what everybody sees of a site, and its version: asked with every visit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.data, v.number FROM engage_site s
               JOIN engage_siteversion v ON v.workspace_id = s.workspace_id AND v.site_id = s.id AND v.number = s.current
               WHERE s.workspace_id = %s AND s.name = %s""",
            (workspace.pk, name),
        )
        row = cursor.fetchone()
    return (_read(row[0]), row[1]) if row else None


def sites(workspace: Workspace) -> list[InForce]:
    """Return all sites that are published, by name."""
    return [_made(row) for row in _in_force(workspace).order_by("site__name")]


def only_drafted(workspace: Workspace) -> list[SiteRow]:
    """Return the sites that nobody but members has seen yet."""
    return list(SiteRow.within(workspace).filter(current=0).order_by("name"))


def row_of(workspace: Workspace, name: str) -> SiteRow | None:
    """Return a site with its draft, published or not."""
    return SiteRow.within(workspace).filter(name=name).first()


def versions(workspace: Workspace, name: str, most: int = 50) -> list[SiteVersion]:
    """Return the versions of a site, the newest first."""
    return list(SiteVersion.within(workspace).filter(site__name=name).order_by("-number")[:most])


def version(workspace: Workspace, name: str, number: int) -> SiteVersion | None:
    """Return one version of a site."""
    return SiteVersion.within(workspace).filter(site__name=name, number=number).first()


def site_of(row: SiteVersion) -> Site:
    """Return what a version holds."""
    return _read(row.data)


def sources(workspace: Workspace) -> dict[str, str]:
    """Return the YAML in force of every site."""
    return dict(_in_force(workspace).values_list("site__name", "source"))


def drafts(workspace: Workspace) -> dict[str, str]:
    """Return what sites are to become, of those that have a draft."""
    return dict(SiteRow.within(workspace).exclude(draft="").order_by("name").values_list("name", "draft"))


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines that differ, each with + or -, and those around them with a blank; "…" stands between parts of the text."""
    found: list[tuple[str, str]] = []
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    for place, line in enumerate(lines):
        if line.startswith("@@"):
            found += [("…", "")] if found else []
        elif place > 1:
            found.append((line[:1].strip(), line[1:]))
    return found


def _in_force(workspace: Workspace) -> QuerySet[SiteVersion]:
    return SiteVersion.within(workspace).select_related("site").filter(number=F("site__current"))


def _made(row: SiteVersion) -> InForce:
    return InForce(_read(row.data), row.number, row.since, row.site.forms, bool(row.site.draft))


@lru_cache(maxsize=256)
def _read(data: str) -> Site:
    return msgspec.json.decode(data, type=Site)
