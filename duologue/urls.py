"""Every address of Duologue that Django answers."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("duologue.web.urls")),
    path("api/v1/", include("duologue.api.v1.urls")),
]
