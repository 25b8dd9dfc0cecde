"""What the first page would otherwise wait for is loaded when the web process starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_currency
from django.conf import settings
from django.template.loader import get_template

FIRST = ("home/home.html", "people/person.html", "strategize/dialogue.html", "measure/report.html", "account/login.html", "404.html")


def warm() -> None:
    """Load all views, the templates people open first, and how dates and money are written."""
    import_module(settings.ROOT_URLCONF)
    for name in FIRST:
        get_template(name)
    at = datetime(2026, 1, 5, tzinfo=UTC)
    format_datetime(at, "EEE d MMM y, HH:mm", locale="en_GB")
    format_timedelta(timedelta(hours=3), add_direction=True, locale="en_GB")
    format_currency(1, "GBP", locale="en_GB")
