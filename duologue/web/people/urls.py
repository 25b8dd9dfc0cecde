"""Addresses of the people pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.people import arrivals, changes, privacy, purposes, views

app_name = "people"
urlpatterns = [
    path("", views.people, name="people"),
    path("purposes", purposes.purposes, name="purposes"),
    path("arrivals", arrivals.arrivals, name="arrivals"),
    path("<int:person>", views.person, name="person"),
    path("<int:person>/merge", changes.merge, name="merge"),
    path("<int:person>/unmerge", changes.unmerge, name="unmerge"),
    path("<int:person>/consent", changes.consent, name="consent"),
    path("<int:person>/export", privacy.export, name="export"),
    path("<int:person>/erase", privacy.erase, name="erase"),
]
