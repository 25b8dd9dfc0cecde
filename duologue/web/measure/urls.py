"""Addresses of the measure pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.measure import liability, reports

app_name = "measure"
urlpatterns = [
    path("owed", liability.liability, name="liability"),
    path("owed.csv", liability.as_csv, name="liability-csv"),
    path("reports", reports.reports, name="reports"),
    path("reports/<str:name>.csv", reports.as_csv, name="report-csv"),
    path("reports/<str:name>.json", reports.as_json, name="report-json"),
    path("reports/<str:name>", reports.report, name="report"),
]
