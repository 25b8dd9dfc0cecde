"""Addresses of accounts: our own links in, and allauth's pages."""

from __future__ import annotations

from allauth.account.views import PasswordResetView
from django.urls import include, path

from duologue.web.accounts import letters, views
from duologue.web.accounts.mail import mail_is_kept_as_files

urlpatterns = [
    path("enter/<str:token>/", views.enter, name="enter"),
    path("letters/<str:token>/", letters.end, name="end-letter"),
    path("join/<str:token>/", views.join, name="join"),
    path(
        "password/reset/",
        PasswordResetView.as_view(extra_context={"mail_is_kept_as_files": mail_is_kept_as_files}),
        name="account_reset_password",
    ),
    path("", include("allauth.urls")),
]
