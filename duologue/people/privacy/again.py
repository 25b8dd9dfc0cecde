"""Erasing again, after a restore, those who were erased since the backup: found by the keyed hashes of the list kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.people.consent import apart
from duologue.people.consent.models import Suppression
from duologue.people.consent.queries import erased_at
from duologue.people.identifiers.rules import KINDS
from duologue.people.privacy.actions import erase
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

AT_ONCE: Final = 20_000
NEXT: Final = """SELECT i.value, p.person, i.first_seen_at FROM people_identifier i
    JOIN people_profile p ON p.workspace_id = i.workspace_id AND p.id = i.profile_id
    WHERE i.workspace_id = %s AND i.kind = %s AND i.value > %s COLLATE "C" ORDER BY i.value LIMIT %s"""


def erase_again(*, now_of: Callable[[Workspace], datetime]) -> tuple[int, int]:
    """Erase those again of whom the list says that they were, and suppress the other addresses on it.

    Return how many people were erased, and how many addresses were suppressed. Cut off anywhere, it does the rest the next time.
    Who came only after the backup is not here; their addresses are kept from coming in again.
    """
    others = apart.put_back()
    people = 0
    for room in Workspace.objects.order_by("pk"):
        for person in sorted(set(_persons_of(room))):
            erase(workspace=room, person=person, now=now_of(room))
            people += 1
    return people, others


def _persons_of(workspace: Workspace) -> Iterator[int]:
    """Give the persons who are known by what somebody had who was erased; reads the identifiers once, a few at a time.

    Who is known by it only since then is somebody else: a house and a device have others after one has left.
    """
    if not Suppression.within(workspace).filter(reason=Suppression.Reason.ERASED).exists():
        return
    for kind in KINDS:
        last, is_more = "", True
        while is_more:
            with connection.cursor() as cursor:
                cursor.execute(NEXT, (workspace.pk, kind, last, AT_ONCE))
                found = cursor.fetchall()
            gone = erased_at(workspace, [(kind, value) for value, _, _ in found])
            yield from (person for value, person, since in found if (at := gone.get((kind, value))) is not None and since <= at)
            last, is_more = (found[-1][0], len(found) == AT_ONCE) if found else ("", False)
