"""Which perk is meant by a code that somebody brings: one of their own, or a word that many share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.perks import rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

WHOSE: Final = "This is a word that many share: say whose order it is."
NOT_GIVEN: Final = "They were not given what this word stands for."


@dataclass(slots=True, frozen=True)
class Claim:
    """A code somebody brings for an order; `worth` is what it came to, in minor units.

    A word that many share is redeemed for the `person` who brings it; a code of one's own needs none. With
    `needs_worth` credit pays only where a worth is said, and not by itself all that is left.
    """

    code: str
    order: str
    worth: int = 0
    occurred_at: datetime | None = None
    person: int | None = None
    needs_worth: bool = False


@dataclass(slots=True, frozen=True)
class Held:
    """A perk that a person was given."""

    version: int
    perk: int
    state: str
    order: str


def meant(workspace: Workspace, claims: Sequence[Claim]) -> tuple[dict[int, int], dict[int, str]]:
    """Return the perk that each claim means, by the claim's place, and why a word that many share means none."""
    written: dict[str, list[int]] = {}
    for place, claim in enumerate(claims):
        for spelling in rules.spellings(claim.code):
            written.setdefault(spelling, []).append(place)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id FROM engage_perk WHERE workspace_id = %s AND code = ANY(%s)", (workspace.pk, list(written)))
        named = {place: perk for code, perk in cursor.fetchall() for place in written[code]}
    left = [place for place in range(len(claims)) if place not in named]
    if not left or not (words := _words(workspace)):
        return named, {}
    shared = {place: word for place in left if (word := next((s for s in rules.spellings(claims[place].code) if s in words), ""))}
    return _of_their_own(workspace, claims, shared, words, named)


def _words(workspace: Workspace) -> dict[str, list[int]]:
    """Return the words that offers share, as they may be typed, each with the versions it stands for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, data->'code'->>'shared' FROM strategize_offerversion
               WHERE workspace_id = %s AND jsonb_typeof(data->'code') = 'object' AND data->'code' ? 'shared'""",
            (workspace.pk,),
        )
        found: dict[str, list[int]] = {}
        for version, word in cursor.fetchall():
            for spelling in rules.spellings(word):
                found.setdefault(spelling, []).append(version)
        return found


def _of_their_own(
    workspace: Workspace, claims: Sequence[Claim], shared: dict[int, str], words: dict[str, list[int]], named: dict[int, int]
) -> tuple[dict[int, int], dict[int, str]]:
    """Give each claim by a shared word a perk of its person: the one this order redeemed, or else the oldest that is still open."""
    held = _held(workspace, [claims[place].person for place in shared], sorted({one for word in shared.values() for one in words[word]}))
    refused: dict[int, str] = {}
    for place, word in shared.items():
        claim = claims[place]
        theirs = [one for one in held.get(claim.person, ()) if one.version in words[word]]
        again = [one for one in theirs if one.state == "redeemed" and one.order == claim.order[:120]]
        open_ = [one for one in theirs if one.state in {"reserved", "issued"} and one.perk not in named.values()]
        if found := [*again, *open_, *theirs]:
            named[place] = found[0].perk
        else:
            refused[place] = WHOSE if claim.person is None else NOT_GIVEN
    return named, refused


def _held(workspace: Workspace, persons: Sequence[int | None], versions: Sequence[int]) -> dict[int | None, list[Held]]:
    """Return what each person was given of these versions, oldest first, over all their profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, k.offer_version_id, k.id, k.state, k.redeemed_for FROM people_profile p
               JOIN engage_perk k ON k.workspace_id = p.workspace_id AND k.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND k.offer_version_id = ANY(%s) ORDER BY k.id""",
            (workspace.pk, [person for person in persons if person is not None], list(versions)),
        )
        found: dict[int | None, list[Held]] = {}
        for person, *perk in cursor.fetchall():
            found.setdefault(person, []).append(Held(*perk))
        return found
