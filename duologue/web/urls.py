"""Every page: for staff by workspace and stage, for accounts, and for people."""

from __future__ import annotations

from django.urls import include, path

STAGES = [
    path("", include("duologue.web.home.urls")),
    path("people/", include("duologue.web.people.urls")),
    path("brand/", include("duologue.web.brand.urls")),
    path("strategize/", include("duologue.web.strategize.urls")),
    path("engage/", include("duologue.web.engage.urls")),
    path("texts/", include("duologue.web.texts.urls")),
    path("sheets/", include("duologue.web.sheets.urls")),
    path("measure/", include("duologue.web.measure.urls")),
    path("settings/", include("duologue.web.setup.urls")),
]

urlpatterns = [
    path("", include("duologue.web.chooser.urls")),
    path("accounts/", include("duologue.web.accounts.urls")),
    path("", include("duologue.web.public.urls")),
    path("<slug:workspace>/", include(STAGES)),
]
