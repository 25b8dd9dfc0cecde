"""How the page of a site is made: the floor above says it, so that commands and programs can see what it weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.engage.sites.rules.page import Site
    from duologue.platform.workspaces.models import Workspace

    Render = Callable[[Workspace, Site, str], tuple[bytes, bytes]]

_render: list[str] = []


def rendered_by(path: str) -> None:
    """Name the function that returns the HTML and the style of a site's page in one of its languages; called from a door's start-up."""
    _render[:] = [path]


def rendered(workspace: Workspace, site: Site, locale: str) -> tuple[bytes, bytes]:
    """Return the HTML of a site's page in one of its languages as a stranger is served it, and the style that it is shown in."""
    render: Render = import_string(_render[0])
    return render(workspace, site, locale)
