"""The number that database and data folder have in common, so that neither is put back without the other."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from django.conf import settings

from duologue.platform.backup.models import Installation
from duologue.platform.backup.rules import mistake_in_generation, mistake_without_generation
from duologue.platform.database import locks

if TYPE_CHECKING:
    from pathlib import Path


def installation() -> Installation:
    """Return the installation's one row, made where there is none."""
    return Installation.objects.get_or_create(pk=1)[0]


def why_not_start(*, only_works: bool = False) -> str | None:
    """Return the sentence why nothing may run on this database with this data folder, or None where all is well.

    What `only_works` may do so from another machine, whose own data folder knows of no generation, where the lake is elsewhere.
    """
    with locks.held(locks.GENERATION):
        ours, noted = installation(), _read()
    if ours.restoring:
        return "A restore was cut off before it was done. Run it again: duologue restore FILE --over"
    if noted is None:
        return None if only_works and settings.LAKE_URL else mistake_without_generation(ours.generation)
    return mistake_in_generation(*noted, ours.generation, lake_elsewhere=bool(settings.LAKE_URL))


def rise() -> int:
    """Give database and data folder the next generation, higher than either had, and return it."""
    with locks.held(locks.GENERATION):
        folder, coming = _read() or (0, 0)
        ours = installation().generation
        number = max(ours, folder, coming) + 1
        _write(min(ours, number), number)  # until the database has it, either of the two is right
        Installation.objects.filter(pk=1).update(generation=number)
        _write(number, number)
    return number


def _place() -> Path:
    return settings.DATA.path / "generation"


def _read() -> tuple[int, int] | None:
    try:
        said = json.loads(_place().read_text())
        return int(said["generation"]), int(said["coming"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(number: int, coming: int) -> None:
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"generation.{os.getpid()}")
    with draft.open("w") as file:
        json.dump({"generation": number, "coming": coming}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
