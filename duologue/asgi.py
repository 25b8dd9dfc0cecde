"""The web process: a path switch between the plain doors and Django."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duologue.settings")
settings.POOL["max_size"] = settings.WEB_CONNECTIONS
django.setup()

from duologue.api.doors import PlainDoors  # noqa: E402  Django must be set up first
from duologue.web.bounded import Bounded  # noqa: E402
from duologue.web.public.remembered import Remembered  # noqa: E402
from duologue.web.warm import warm  # noqa: E402

warm()
application = PlainDoors(otherwise=Bounded(otherwise=Remembered(otherwise=get_asgi_application())))
