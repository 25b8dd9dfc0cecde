"""What may be chosen in the fields of sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.channels.registry import names
from duologue.engage.sites.queries import sites
from duologue.strategize.campaigns.queries import campaigns
from duologue.strategize.placements.rules import MEDIA
from duologue.strategize.segments.models import Segment
from duologue.web.public.site_page import address

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.web.sheets.fields import Options


def of_campaigns(workspace: Workspace) -> Options:
    """Return the campaigns."""
    return [(one.campaign.campaign, one.campaign.name) for one in campaigns(workspace)]


def of_segments(workspace: Workspace) -> Options:
    """Return the segments, each with how many it picks."""
    rows = Segment.within(workspace).order_by("name").values_list("name", "size")
    return [(name, f"{name.replace('-', ' ')}: {size or 0:,} {'person' if size == 1 else 'people'}") for name, size in rows]


def of_media(_: Workspace) -> Options:
    """Return the media in which a placement stands."""
    return [(one, {"tv": "TV"}.get(one, one.capitalize())) for one in MEDIA]


def of_channels(_: Workspace) -> Options:
    """Return the channels that have a way out."""
    return [(one, {"email": "by e-mail"}.get(one, f"by {one}")) for one in sorted(names())]


def of_sites(workspace: Workspace) -> Options:
    """Return the addresses of the workspace's own sites."""
    return [(address(workspace, one.site.site), one.site.title) for one in sites(workspace)]
