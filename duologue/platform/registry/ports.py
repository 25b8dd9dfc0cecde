"""The two ports that floors fill at start-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


class Follower(Protocol):
    """Reads the timeline by its own cursor and does its work in the same transaction."""

    name: str

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches; return the number of events read, 0 when all was read."""
        ...


class PersonalData(Protocol):
    """Holds something of people in the named tables or places and can show, and remove, all of it."""

    name: str
    places: Sequence[str]  # "people_fact", "lake:events": every table column set that leads to a person has one holder

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return what is held about these profiles (all of one person), as JSON values, by kind."""
        ...

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Remove it, inside the caller's transaction; return how many rows or records went."""
        ...


_followers: dict[str, Follower] = {}
_holders: dict[str, PersonalData] = {}


def register_follower(follower: Follower) -> None:
    """Add a follower; called from an app's start-up. Followers run in the order they were added."""
    _followers[follower.name] = follower


def register_personal_data(holder: PersonalData) -> None:
    """Add a holder of personal data; called from an app's start-up."""
    _holders[holder.name] = holder


def followers() -> list[Follower]:
    """Return every follower."""
    return list(_followers.values())


def holders() -> list[PersonalData]:
    """Return every holder of personal data."""
    return list(_holders.values())
