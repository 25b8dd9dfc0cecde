"""Taking people in of whom nobody is known yet, as another process made their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DataError, IntegrityError, connection, transaction

from duologue.people.consent import actions as consent
from duologue.people.consent.queries import erased
from duologue.people.identifiers import actions as identifiers
from duologue.people.profiles import actions as profiles
from duologue.people.timeline import actions as timeline
from duologue.platform.database import rows
from duologue.platform.database.meanwhile import sending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duologue.people.imports.drafting import Batch
    from duologue.people.imports.newcomers import Newcomers
    from duologue.platform.workspaces.models import Workspace


def welcome(*, workspace: Workspace, batch: Batch, now: datetime) -> bool:
    """Take in everyone in a batch if all are new; return whether they were. Otherwise nothing is written.

    Nobody is looked up: who is known has a key or an identifier already, and the database lets no second one in.
    """
    new = batch.newcomers
    identifiers.one_at_a_time(workspace)
    if new is None or erased(workspace, _pairs(batch)):
        return False
    try:
        with transaction.atomic(), sending():
            _write(workspace, new, now)
    except (DataError, IntegrityError):
        return False
    return True


def _pairs(batch: Batch) -> Iterator[tuple[str, str]]:
    """Give what people are known by; the drafts are unpacked only where somebody asks."""
    for draft in batch.unpacked():
        yield from draft.event.identifiers


def _write(workspace: Workspace, new: Newcomers, now: datetime) -> None:
    keep_keys(workspace, new.keys)
    profiles.add_block(workspace=workspace, block=new.profiles)
    identifiers.attach_block(workspace=workspace, block=new.identifiers, now=now)
    profiles.store_block(workspace=workspace, block=new.facts)
    profiles.find_block(workspace=workspace, block=new.words)
    timeline.append(workspace=workspace, block=new.learned, now=now)
    consent.state_first(workspace=workspace, first=new.said, now=now)


def keep_keys(workspace: Workspace, block: bytes) -> None:
    """Remember the keys of drafts, and what these say."""
    with connection.cursor() as cursor:
        rows.copy_block(cursor, "people_importkey (workspace_id, key, content)", block, first=(str(workspace.pk),))
