"""Every page: for staff by workspace and stage, for accounts, and for people."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path


def _built(prefix: str, module: str, otherwise: str = "") -> list[URLPattern | URLResolver]:
    found = module if find_spec(module) else otherwise
    return [path(prefix, include(found))] if found else []


STAGES = [
    *_built("", "duologue.web.home.urls"),
    *_built("people/", "duologue.web.people.urls"),
    *_built("brand/", "duologue.web.brand.urls"),
    *_built("strategize/", "duologue.web.strategize.urls"),
    *_built("engage/", "duologue.web.engage.urls"),
    *_built("measure/", "duologue.web.measure.urls"),
    *_built("settings/", "duologue.web.setup.urls"),
]

urlpatterns = [
    *_built("", "duologue.web.chooser.urls"),
    *_built("accounts/", "duologue.web.accounts.urls", otherwise="allauth.urls"),
    *_built("", "duologue.web.public.urls"),
    path("<slug:workspace>/", include(STAGES)),
]
