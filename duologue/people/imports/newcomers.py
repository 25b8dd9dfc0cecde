"""People of a file as they are copied if nobody in it is known yet. Most lists that are imported are of such people.

Whoever is known takes the way through the steps, which end the same. Nothing here asks the database: its own unique keys say
when somebody was known after all.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime  # noqa: TC003  msgspec reads it at run time
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from duologue.people.consent.chains import FirstSaid, said_first
from duologue.people.identifiers.blocks import identifiers_as_block
from duologue.people.intake.rules import CONSENT, EARLIEST, Incoming
from duologue.people.intake.stating import statement_of
from duologue.people.profiles.blocks import SEEN_AGAIN, Learned, facts_as_block, profile_row, told_of, words_as_block
from duologue.people.profiles.rules import FINDABLE, words_beside, words_of_names
from duologue.people.timeline.blocks import Block
from duologue.people.timeline.blocks import as_block as told_as_block
from duologue.platform.database.blocks import as_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duologue.people.imports.lines import Draft


class Newcomers(msgspec.Struct, array_like=True):
    """What a batch says of people who are all new: how many there are, what is counted of them, and their rows."""

    people: int
    counts: dict[str, int]
    keys: bytes
    profiles: bytes
    identifiers: bytes
    facts: bytes
    words: bytes
    learned: Block
    said: FirstSaid


class Newcomer(msgspec.Struct, gc=False):
    """One of them: the number their profile gets, what was said of them, and when they were last seen."""

    profile: int
    event: Incoming
    seen_at: datetime


def newcomers(drafts: Sequence[Draft], numbers: Iterator[int], now: datetime) -> Newcomers | None:
    """Return drafts of people as they are copied; None where two of them have something in common, or they are not of now.

    `numbers` gives the ids of their profiles; None also where it has no more.
    """
    if not _all_different(drafts) or not all(EARLIEST <= draft.event.occurred_at <= now for draft in drafts):
        return None
    count = sum(not draft.event.name for draft in drafts)
    ids = list(islice(numbers, count))
    if len(ids) < count:
        return None
    people: list[Newcomer] = []
    statements = []
    counts: Counter[str] = Counter()
    for draft in drafts:
        event = draft.event
        if event.remarks:
            counts.update(event.remarks)
        if event.name in CONSENT:
            one = people[-1]
            one.seen_at = max(one.seen_at, event.occurred_at)
            counts[event.name] += 1
            statements.append(statement_of(event, one.profile))
        else:
            people.append(Newcomer(ids[len(people)], event, event.occurred_at))
    learned = [(one.profile, _learned(one.event)) for one in people if one.event.traits]
    return Newcomers(
        people=len(people),
        counts=dict(counts),
        keys=key_rows(drafts),
        profiles=as_block([_profile(one) for one in people]),
        identifiers=identifiers_as_block(_identifiers(people)),
        facts=facts_as_block(learned),
        words=words_as_block(_words(people)),
        learned=told_as_block([told_of(profile, (one,)) for profile, one in learned]),
        said=said_first(statements),
    )


def key_rows(drafts: Iterable[Draft]) -> bytes:
    """Return the keys of drafts with what these say, as they are copied, in the order of their index."""
    return as_block(sorted([(f"\\x{draft.key.hex()}", f"\\x{draft.content.hex()}") for draft in drafts]))


def _all_different(drafts: Sequence[Draft]) -> bool:
    """Say whether each person comes once, followed by what they say, and no two share an identifier."""
    if len({draft.key for draft in drafts}) < len(drafts):
        return False
    own: list[tuple[str, str]] = []
    before = None
    for draft in drafts:
        event = draft.event
        if event.name in CONSENT:
            if event.identifiers is not before:
                return False
        elif event.name:
            return False
        else:
            own += event.identifiers
            before = event.identifiers
    return len(set(own)) == len(own)


def _learned(event: Incoming) -> Learned:
    return Learned(event.traits, event.source, event.occurred_at, event.purposes)


def _profile(one: Newcomer) -> tuple[str, ...]:
    first = one.event.occurred_at
    return profile_row(one.profile, first, one.seen_at if one.seen_at - first > SEEN_AGAIN else first, one.event.traits)


def _identifiers(people: list[Newcomer]) -> Iterator[tuple[str, str, int, str]]:
    for one in people:
        for (kind, value), shown in zip(one.event.identifiers, one.event.shown, strict=True):
            yield kind, value, one.profile, shown


def _words(people: list[Newcomer]) -> set[tuple[int, str]]:
    found = set()
    for one in people:
        profile = one.profile
        found.update([(profile, word) for word in words_of_names(one.event.traits)])
        for (kind, value), shown in zip(one.event.identifiers, one.event.shown, strict=True):
            if kind in FINDABLE:
                found.update([(profile, word) for word in words_beside(kind, value, shown)])
    return found
