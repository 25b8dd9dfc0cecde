"""Addresses of a workspace's first page and its emergency stop."""

from __future__ import annotations

from django.urls import path

from duologue.web.home import views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("stop", views.stop, name="stop"),
    path("resume", views.resume, name="resume"),
]
