"""The plain doors as their own server, for tests."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duologue.settings")
django.setup()

from duologue.api.doors import PlainDoors  # noqa: E402

application = PlainDoors(otherwise=None)
