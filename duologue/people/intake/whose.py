"""Whose event it is: who is known by its identifiers, who is new, and who turn out to be one person.

Deterministic, with evidence per link: an account id says most, then an address, a device least. A device that is
tied to someone known never joins anyone else to them; an address stays with the account that had it first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.people.intake.rules import Incoming

Pair = tuple[str, str]
ADDRESSES: Final = frozenset({"email", "phone", "card", "handle", "postal"})


@dataclass(slots=True)
class Known:
    """What is known before a batch, and grows with it; new profiles have negative numbers until `number` tells their ids."""

    profiles: dict[Pair, int] = field(default_factory=dict)
    persons: dict[int, int] = field(default_factory=dict)
    with_account: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    new: list[Incoming] = field(default_factory=list)
    attach: list[tuple[int, Pair, str]] = field(default_factory=list)
    shared: set[tuple[int, str]] = field(default_factory=set)  # profile, and the device of somebody else that it was seen on
    merged: dict[int, tuple[int, str]] = field(default_factory=dict)
    number: dict[int, int] = field(default_factory=dict)

    def person(self, profile: int) -> int:
        """Return the person of a profile, after the merges of this batch."""
        person = self.persons[profile]
        while person in self.merged:
            person = self.merged[person][0]
        return person


def is_to_be_weighed(event: Incoming) -> bool:
    """Say whether it takes more than one known identifier to tell whose an event is: the persons of those that it names must be known."""
    return len(event.identifiers) > 1 or bool(event.previous)


def settle(events: Iterable[Incoming], known: Known) -> None:
    """Give each event its profile, in order; note in `known` who is new, which identifiers to attach, whom to merge."""
    newcomer: Incoming | None = None
    for event in events:
        if newcomer is not None and event.identifiers is newcomer.identifiers and not event.previous:
            event.profile_id = newcomer.profile_id
            continue
        if not is_to_be_weighed(event) and (profile := known.profiles.get(event.identifiers[0])) is not None:
            event.profile_id, newcomer = profile, None
            continue
        chosen = _chosen(event, known)
        newcomer = None if chosen else event
        event.profile_id = chosen[0][1] if chosen else _new(event, known)
        person = known.person(event.profile_id)
        for pair, profile in chosen[1:]:
            _merge(known, person, known.person(profile), f"same {pair[0]}")
        for pair, shown in zip(event.identifiers, event.shown, strict=True):
            if pair not in known.profiles:
                _attach(known, event.profile_id, person, pair, shown)
            elif pair[0] == "device" and known.person(known.profiles[pair]) != person:
                known.shared.add((event.profile_id, pair[1]))
        if event.previous:
            _alias(event, known)


def _chosen(event: Incoming, known: Known) -> list[tuple[Pair, int]]:
    """Return the identifiers of an event that may speak for it, the strongest first."""
    profiles = known.profiles
    found = [(pair, profiles[pair]) for pair in event.identifiers if pair in profiles]
    if not found or len(event.identifiers) == 1:
        return found
    first = found[0]
    if first[0][0] == "external" and len({profile for _, profile in found}) == 1:
        return [first]
    kinds = {kind for kind, _ in event.identifiers}
    account = next((profile for pair, profile in found if pair[0] == "external"), None)
    owner = None if account is None else known.person(account)
    chosen: list[tuple[Pair, int]] = []
    for pair, profile in found:
        person = known.person(profile)
        same = owner is not None and person == owner
        if pair[0] in ADDRESSES and "external" in kinds and person in known.with_account and not same:
            continue  # the address belongs to another account
        if pair[0] == "device" and len(kinds) > 1 and person in known.named and not any(known.person(one) == person for _, one in chosen):
            continue  # a shared device
        chosen.append((pair, profile))
    return chosen


def _new(event: Incoming, known: Known) -> int:
    known.new.append(event)
    profile = -len(known.new)
    known.persons[profile] = profile
    return profile


def _attach(known: Known, profile: int, person: int, pair: Pair, shown: str) -> None:
    known.profiles[pair] = profile
    known.attach.append((profile, pair, shown))
    if pair[0] != "device":
        known.named.add(person)
    if pair[0] == "external":
        known.with_account.add(person)


def _merge(known: Known, keep: int, lose: int, because: str) -> None:
    if keep == lose:
        return
    known.merged[lose] = (keep, because)
    for group in (known.named, known.with_account):
        if lose in group:
            group.add(keep)


def _alias(event: Incoming, known: Known) -> None:
    """Join the person of the previous id to the event's; an unknown one becomes another device of theirs."""
    for kind in ("external", "device"):
        profile = known.profiles.get((kind, event.previous))
        if profile is not None:
            if kind == "external" or known.person(profile) not in known.named:
                _merge(known, known.person(event.profile_id), known.person(profile), "alias")
            return
    _attach(known, event.profile_id, known.person(event.profile_id), ("device", event.previous), event.previous)
