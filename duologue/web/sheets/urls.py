"""Addresses of the desks of sheets."""

from __future__ import annotations

from django.urls import path

from duologue.web.sheets import desk

app_name = "sheets"
urlpatterns = [
    path("<slug:word>", desk.new, name="new"),
    path("<slug:word>/read", desk.read, name="read"),
    path("<slug:word>/of/<str:name>", desk.change, name="change"),
    path("<slug:word>/of/<str:name>/take-away", desk.remove, name="take-away"),
]
