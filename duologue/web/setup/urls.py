"""Addresses of a workspace's settings."""

from __future__ import annotations

from django.urls import path

from duologue.web.setup import carriers, changes, log, retention, shops, views, webhooks

app_name = "setup"
urlpatterns = [
    path("", views.setup, name="setup"),
    path("log", log.log, name="log"),
    path("log.csv", log.as_csv, name="log-csv"),
    path("retention", retention.retention, name="retention"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("new-webhook", webhooks.add, name="new-webhook"),
    path("webhooks/<str:name>", webhooks.webhook, name="webhook"),
    path("webhooks/<str:name>/change", webhooks.change, name="change-webhook"),
    path("mail-services", carriers.carriers, name="carriers"),
    path("new-mail-service", carriers.add, name="new-carrier"),
    path("mail-services/<str:name>/forget", carriers.forget, name="forget-carrier"),
    path("shops", shops.shops, name="shops"),
    path("new-shop", shops.add, name="new-shop"),
    path("shops/<str:name>/forget", shops.forget, name="forget-shop"),
    path("relays/<str:name>", changes.relay, name="relay"),
    path("invite", changes.invite_member, name="invite"),
    path("invitations/<int:number>/withdraw", changes.withdraw, name="withdraw"),
    path("members/<int:number>", changes.role, name="role"),
    path("keys", changes.key, name="key"),
    path("keys/<int:number>/revoke", changes.revoke, name="revoke"),
]
