"""Addresses of the measure pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.measure import buyers, groups, growth, letters, liability, messages, reports

app_name = "measure"
urlpatterns = [
    path("owed", liability.liability, name="liability"),
    path("owed.csv", liability.as_csv, name="liability-csv"),
    path("buyers", buyers.buyers_page, name="buyers"),
    path("buyers/count", buyers.again, name="count-buyers"),
    path("buyers.csv", buyers.as_csv, name="buyers-csv"),
    path("buyers.json", buyers.as_json, name="buyers-json"),
    path("growth", growth.growth_page, name="growth"),
    path("growth.csv", growth.as_csv, name="growth-csv"),
    path("growth.json", growth.as_json, name="growth-json"),
    path("by/<str:what>.csv", groups.as_csv, name="groups-csv"),
    path("by/<str:what>.json", groups.as_json, name="groups-json"),
    path("by/<str:what>", groups.groups, name="groups"),
    path("letters", letters.letters, name="letters"),
    path("letters/mondays", letters.mondays, name="mondays"),
    path("letters/schedule", letters.schedule, name="schedule"),
    path("letters/<int:number>/stop", letters.stop, name="stop-letter"),
    path("messages/<str:name>.csv", messages.as_csv, name="message-csv"),
    path("messages/<str:name>.json", messages.as_json, name="message-json"),
    path("messages/<str:name>/map", messages.link_map, name="link-map"),
    path("messages/<str:name>", messages.message, name="message"),
    path("reports", reports.reports, name="reports"),
    path("reports/<str:name>.csv", reports.as_csv, name="report-csv"),
    path("reports/<str:name>.json", reports.as_json, name="report-json"),
    path("reports/<str:name>", reports.report, name="report"),
]
