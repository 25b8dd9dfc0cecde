"""The tracking API as its own server, for tests."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duologue.settings")
django.setup()

from duologue.api.collect.app import application  # noqa: E402, F401
