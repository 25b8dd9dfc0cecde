"""Putting facts about one person right from outside: by staff or a program that speaks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from duologue.people.profiles.findable import find_anew
from duologue.people.profiles.learning import NewFact, learn, objections
from duologue.people.profiles.models import Fact
from duologue.people.profiles.rules import NAME_FACTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def change_facts(
    *,
    workspace: Workspace,
    profile: int,
    profiles: Collection[int],
    facts: Mapping[str, Any],
    source: str,
    now: datetime,
    purposes: Sequence[str] = (),
) -> set[str]:
    """Set facts on a profile; None forgets one on all `profiles` of its person. Return the keys that the person objected to: not kept.

    What is said here holds against all that was known before, whenever that was learned.
    """
    held = list(Fact.within(workspace).filter(profile__in=profiles, key__in=list(facts)).values_list("profile", "key", "at"))
    since = {key: max([now, *(at for _, one, at in held if one == key)]) for key in facts}
    unwanted = {key for _, key in objections(workspace, [profile])} & {key for key, value in facts.items() if value is not None}
    said = {key: value for key, value in facts.items() if key not in unwanted}
    whose = {key: {profile, *(one for one, other, _ in held if other == key)} for key in facts}  # or an older word would hold elsewhere
    new = [
        NewFact(one, key, value, source, since[key], purposes)
        for key, value in said.items()
        if value is not None
        for one in sorted(whose[key])
    ]
    gone = [NewFact(one, key, None, source, since[key]) for one, key, _ in held if said.get(key, "") is None]
    learn(workspace=workspace, facts=[*new, *gone], now=now)
    if said.keys() & set(NAME_FACTS):
        find_anew(workspace=workspace, profiles=[profile, *(one for one, key, _ in held if key in NAME_FACTS)])
    return unwanted
