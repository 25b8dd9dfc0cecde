"""Addresses of the desks at which texts are written."""

from __future__ import annotations

from django.urls import path

from duologue.web.texts import desk

app_name = "texts"
urlpatterns = [
    path("<slug:word>", desk.new, name="new"),
    path("<slug:word>/read", desk.read, name="read"),
    path("<slug:word>/look", desk.look, name="look"),
    path("<slug:word>/of/<str:name>", desk.change, name="change"),
]
