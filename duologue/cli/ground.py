"""The ground a command stands on: settings read, database running and up to date, Django set up."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from duologue.cli.frame import Refused, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.conf import LazySettings

    from duologue.platform.database.server import Server


@contextmanager
def standing_on_the_database() -> Iterator[Server | None]:
    """Hold the embedded server, which is what it gives, or use the one DATABASE_URL names (None). Raises Refused."""
    with holding_the_database() as server, ready_to_work():
        yield server


def settings_read() -> LazySettings:
    """Return the settings, once they have been read. Raises Refused."""
    from django.conf import settings

    from duologue.environment import SettingRefused

    try:
        _ = settings.DATA
    except SettingRefused as refusal:
        raise Refused(str(refusal)) from None
    return settings


@contextmanager
def holding_the_database() -> Iterator[Server | None]:
    """Keep the embedded server running, without being ready to ask it anything. Raises Refused."""
    settings = settings_read()
    if not settings.EMBEDDED_DATABASE:
        yield None
        return
    from duologue.platform.database.embedded import held
    from duologue.platform.database.footing import NoFooting
    from duologue.platform.database.server import ServerFailed

    try:
        holding = held(settings.DATA, note=note)
        server = holding.__enter__()
    except (NoFooting, ServerFailed) as refusal:
        raise Refused(str(refusal)) from None
    try:
        yield server
    finally:
        holding.__exit__(None, None, None)


@contextmanager
def ready_to_work() -> Iterator[None]:
    """Set Django up and bring the tables up to date; close every connection on leaving. Raises Refused."""
    import django

    django.setup()
    from duologue.platform.database import ready

    try:
        ready.make_ready(note=note)
        _collect_seldom()
        yield
    except ready.NotReachable as refusal:
        raise Refused(str(refusal)) from None
    finally:
        ready.let_go()


def _collect_seldom() -> None:
    """Let the search for cycles come round less often.

    A batch makes many thousand values in which there are no cycles; looking through them again and again took half of its time.
    """
    gc.set_threshold(100_000, 20, 20)
