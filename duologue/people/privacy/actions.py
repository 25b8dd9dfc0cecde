"""What people may ask for: that a fact is put right, is no longer kept, or that all of it is erased, with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import suppress
from duologue.people.consent.models import Suppression
from duologue.people.consent.rules import CHANNELS_OF
from duologue.people.identifiers.actions import one_at_a_time
from duologue.people.identifiers.models import Identifier
from duologue.people.privacy.models import Erasure
from duologue.people.profiles.actions import NAME_FACTS, NewFact, find_anew, forget_unwanted, learn
from duologue.people.profiles.learning import call_wrong
from duologue.people.profiles.models import Fact, Objection
from duologue.people.profiles.queries import persons_of, profiles_of
from duologue.platform.registry.ports import holders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


OWN: Final = "the person"
"""The source of what people say about themselves on their own page."""


@transaction.atomic
def correct(*, workspace: Workspace, profiles: Sequence[int], key: str, value: Any, now: datetime) -> bool:
    """Put a fact right on every profile of the person that holds it; False where none does. No list brings back what was wrong."""
    held = list(Fact.within(workspace).filter(profile__in=profiles, key=key).values_list("profile", "at"))
    call_wrong(workspace=workspace, profiles=profiles, key=key, right=value)
    learn(workspace=workspace, facts=[NewFact(profile, key, value, OWN, max(now, at)) for profile, at in held], now=now)
    if held and key in NAME_FACTS:
        find_anew(workspace=workspace, profiles=[profile for profile, _ in held])
    return bool(held)


@transaction.atomic
def object_to(*, workspace: Workspace, profiles: Sequence[int], key: str, now: datetime) -> bool:
    """Forget a fact with what the timeline says of it, and keep it from being learned again, whoever sends it.

    `profiles` are all of one person's. False where no profile holds the fact.
    """
    if not Fact.within(workspace).filter(profile__in=profiles, key=key).exists():
        return False
    made = [Objection(workspace=workspace, profile_id=profile, key=key, at=now) for profile in profiles]
    Objection.within(workspace).bulk_create(made, ignore_conflicts=True)
    persons = sorted(set(persons_of(workspace, profiles).values()))
    forget_unwanted(workspace=workspace, persons=persons, source=OWN, now=now)
    return True


@transaction.atomic
def allow_again(*, workspace: Workspace, profiles: Sequence[int], key: str) -> bool:
    """Let a fact be learned again that the person had objected to."""
    return bool(Objection.within(workspace).filter(profile__in=profiles, key=key).delete()[0])


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
    held = list(Identifier.within(workspace).filter(profile__in=profiles).values_list("kind", "value", "first_seen_at"))
    until = max([now, *(seen for _, _, seen in held)])  # a batch may have been kept while this one waited for it
    for kind, value, _ in held:
        for channel in CHANNELS_OF[kind]:
            suppress(workspace=workspace, channel=channel, addresses=[value], reason=Suppression.Reason.ERASED, now=until)
    # the people floor last: other holders may still need to look someone up
    ordered = sorted(holders(), key=lambda holder: holder.name == "people")
    removed = {holder.name: holder.erase(workspace=workspace, profiles=profiles, now=now) for holder in ordered}
    proof = Erasure(workspace=workspace, person=person, profiles=profiles, asked_at=now, holders=removed)
    proof.save()
    return proof
