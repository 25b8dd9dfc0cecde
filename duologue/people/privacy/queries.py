"""Finding the person that is meant, and showing all that is held about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.kit.pipeline import Refused
from duologue.people.identifiers.queries import find
from duologue.people.identifiers.rules import KINDS
from duologue.people.privacy.models import Erasure
from duologue.people.profiles.queries import persons_of, profiles_of
from duologue.platform.registry.ports import holders

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

NOT_ERASED: Final = "NOT EXISTS (SELECT FROM people_erasure e WHERE e.workspace_id = p.workspace_id AND e.person = p.person)"
"""In SQL, of a row `p` of people_profile: it is not one of the empty ones that stay when a person is erased."""


def person_of(workspace: Workspace, reference: str) -> int:
    """Return the person meant by an external id, an address, any other identifier, or `person:123`.

    Raises Refused where there is none.
    """
    word, _, number = reference.partition(":")
    if word == "person" and number.isdigit() and int(number) in profiles_of(workspace, [int(number)]):
        return int(number)
    for kind in KINDS:
        profile = find(workspace, kind, reference)
        if profile is not None:
            return persons_of(workspace, [profile])[profile]
    raise Refused("no such person", "There is no person of that reference; give an external id, an e-mail address or a phone number.")


def everything_about(workspace: Workspace, person: int) -> dict[str, Any]:
    """Return all that any floor holds about a person, by holder; events are told in full."""
    profiles = profiles_of(workspace, [person]).get(person, [])
    return {"person": person, **{holder.name: holder.export(workspace=workspace, profiles=profiles) for holder in holders()}}


def erased_since(workspace: Workspace, moment: datetime) -> list[Erasure]:
    """Return the proofs of erasing since a moment, the first one first; a restore does these again."""
    return list(Erasure.within(workspace).filter(asked_at__gte=moment).order_by("asked_at", "id"))
