"""Erasing a person, with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import suppress
from duologue.people.consent.models import Suppression
from duologue.people.consent.rules import CHANNELS_OF
from duologue.people.identifiers.actions import one_at_a_time
from duologue.people.identifiers.models import Identifier
from duologue.people.privacy.models import Erasure
from duologue.people.profiles.queries import profiles_of
from duologue.platform.registry.ports import holders

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def erase(*, workspace: Workspace, person: int, now: datetime) -> Erasure:
    """Remove all that is held about a person, on every floor, and put their addresses on the list of the erased.

    What stays: empty profiles, digests of consent that still verify, keyed hashes of addresses, and the returned proof.
    The lake follows within 24 hours. Raises Refused where there is no such person.
    """
    one_at_a_time(workspace)
    profiles = profiles_of(workspace, [person]).get(person)
    if not profiles:
        raise Refused("no such person", f"There is no person {person}.")
    for kind, value in Identifier.within(workspace).filter(profile__in=profiles).values_list("kind", "value"):
        for channel in CHANNELS_OF.get(kind, ()):
            suppress(workspace=workspace, channel=channel, addresses=[value], reason=Suppression.Reason.ERASED, now=now)
    # the people floor last: other holders may still need to look someone up
    ordered = sorted(holders(), key=lambda holder: holder.name == "people")
    removed = {holder.name: holder.erase(workspace=workspace, profiles=profiles, now=now) for holder in ordered}
    proof = Erasure(workspace=workspace, person=person, profiles=profiles, asked_at=now, holders=removed)
    proof.save()
    return proof
