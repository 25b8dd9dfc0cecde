"""Addresses of the measure pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.measure import liability, messages, reports

app_name = "measure"
urlpatterns = [
    path("owed", liability.liability, name="liability"),
    path("owed.csv", liability.as_csv, name="liability-csv"),
    path("messages/<str:name>.csv", messages.as_csv, name="message-csv"),
    path("messages/<str:name>.json", messages.as_json, name="message-json"),
    path("messages/<str:name>/map", messages.link_map, name="link-map"),
    path("messages/<str:name>", messages.message, name="message"),
    path("reports", reports.reports, name="reports"),
    path("reports/<str:name>.csv", reports.as_csv, name="report-csv"),
    path("reports/<str:name>.json", reports.as_json, name="report-json"),
    path("reports/<str:name>", reports.report, name="report"),
]
