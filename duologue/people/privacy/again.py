"""Erasing again, after a restore, those who were erased since the backup: found by the keyed hashes of the list kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.consent import apart
from duologue.people.consent.rules import CHANNELS_OF
from duologue.people.privacy.actions import erase
from duologue.platform.secrets.signing import address_digest
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

AT_ONCE: Final = 20_000
NEXT: Final = """SELECT i.value, p.person FROM people_identifier i
    JOIN people_profile p ON p.workspace_id = i.workspace_id AND p.id = i.profile_id
    WHERE i.workspace_id = %s AND i.kind = %s AND i.value > %s COLLATE "C" ORDER BY i.value LIMIT %s"""


def erase_again(*, now_of: Callable[[Workspace], datetime]) -> tuple[int, int]:
    """Erase those again of whom the list says that they were, and suppress the other addresses on it.

    Return how many people were erased, and how many addresses were suppressed. Who came only after the backup is not here;
    their addresses are kept from coming in again.
    """
    erased, others = apart.put_back()
    people = 0
    for room in Workspace.objects.filter(pk__in=erased).order_by("pk"):
        for person in sorted(set(_persons_of(room, erased[room.pk]))):
            erase(workspace=room, person=person, now=now_of(room))
            people += 1
    return people, others


def _persons_of(workspace: Workspace, digests: Collection[bytes]) -> Iterator[int]:
    """Give the persons whose identifiers have these keyed hashes; reads the identifiers once, a few at a time."""
    salt = bytes(workspace.salt)
    for kind, channels in CHANNELS_OF.items():
        last, is_more = "", True
        while is_more:
            with connection.cursor() as cursor:
                cursor.execute(NEXT, (workspace.pk, kind, last, AT_ONCE))
                found = cursor.fetchall()
            for value, person in found:
                if any(address_digest(salt, channel, value) in digests for channel in channels):
                    yield person
            last, is_more = (found[-1][0], len(found) == AT_ONCE) if found else ("", False)
