"""The first address."""

from __future__ import annotations

from django.urls import path

from duologue.web.chooser import views

urlpatterns = [path("", views.workspaces, name="home")]
