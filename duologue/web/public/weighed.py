"""The page of a site as a stranger is served it, made without a request, to see what it weighs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from duologue.engage.sites.rules.page import said_in
from duologue.web.public.site_page import TEMPLATE, Here, context

if TYPE_CHECKING:
    from duologue.engage.sites.rules.page import Site
    from duologue.platform.workspaces.models import Workspace

STYLE: Final = "public/public.css"
NONCE: Final = "x" * 22  # as long as one


def page_and_style(workspace: Workspace, site: Site, locale: str) -> tuple[bytes, bytes]:
    """Return the HTML of a site's page in one of its languages, and the style that it is shown in."""
    there = list(dict.fromkeys([site.locale or workspace.locale, *site.locales]))
    this = Here(workspace, said_in(site, locale), 0, locale, there, None)
    shows = context(this) | {"request": SimpleNamespace(csp_nonce=NONCE)}
    return render_to_string(TEMPLATE, shows).encode(), _style()


@lru_cache(maxsize=1)
def _style() -> bytes:
    found = finders.find(STYLE)
    return Path(str(found)).read_bytes()
