"""Profiles, facts and words as they are copied; nothing here asks the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.people.profiles.rules import own_columns, shard_of, told
from duologue.people.timeline.blocks import NewEvent
from duologue.people.timeline.names import FACT_CHANGED
from duologue.platform.database import arrays
from duologue.platform.database.blocks import as_block, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SEEN_AGAIN: Final = timedelta(hours=1)
"""Less than this later is not worth noting."""
encode = msgspec.json.Encoder().encode


class Learned(msgspec.Struct, gc=False):
    """Facts of one profile that were learned together; a value of None forgets one."""

    values: Mapping[str, Any]
    source: str
    at: datetime
    purposes: Sequence[str] = ()


def values_of(learned: Sequence[Learned]) -> Mapping[str, Any]:
    """Return all that was learned, by key."""
    if len(learned) == 1:
        return learned[0].values
    return {key: value for one in learned for key, value in one.values.items()}


def profile_row(profile: int, made_at: datetime, seen_at: datetime, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a profile that is a person by itself; name, country, locale and time zone are set from facts about to be learned."""
    number = str(profile)
    return (number, number, str(shard_of(profile)), moment(made_at), moment(seen_at), *own_columns(facts))


def facts_as_block(learned: Iterable[tuple[int, Learned]]) -> bytes:
    """Return by profile what was learned of it, nothing of it None, as it is copied."""
    kept = [
        (number, key, encode(value).decode(), source, at, purposes)
        for profile, one in learned
        for number in (str(profile),)
        for source, at, purposes in (_from_where(one.source, one.at, tuple(one.purposes)),)
        for key, value in one.values.items()
    ]
    return as_block(kept)


@lru_cache(maxsize=1024)
def _from_where(source: str, at: datetime, purposes: tuple[str, ...]) -> tuple[str, str, str]:
    """Return how a fact's source, time and purposes are written; most facts of a batch share them."""
    return source[:80], moment(at), arrays.texts(purposes)


def words_as_block(pairs: Iterable[tuple[int, str]]) -> bytes:
    """Return (profile, word) as they are copied, in the order of their index."""
    return as_block(sorted([(word, str(profile)) for profile, word in pairs]))


def told_of(profile: int, learned: Sequence[Learned]) -> NewEvent:
    """Return what the timeline is told of facts that changed."""
    return NewEvent(profile, max([one.at for one in learned]), FACT_CHANGED, told(values_of(learned)), learned[0].source[:80])
