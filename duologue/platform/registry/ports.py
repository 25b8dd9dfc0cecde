"""The two ports that floors fill at start-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.utils.module_loading import import_string

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


Port = TypeVar("Port")
_followers: dict[str, Follower | None] = {}
_holders: dict[str, PersonalData | None] = {}


def register_followers(*paths: str) -> None:
    """Add followers by the dotted path of their classes; called from an app's start-up. They run in the order they were added.

    Nothing is imported before someone asks: a command that follows nothing starts without the engines that following takes.
    """
    _followers.update(dict.fromkeys(paths))


def register_personal_data(*paths: str) -> None:
    """Add holders of personal data by the dotted path of their classes; called from an app's start-up."""
    _holders.update(dict.fromkeys(paths))


def followers() -> list[Follower]:
    """Return every follower."""
    return _made(_followers)


def holders() -> list[PersonalData]:
    """Return every holder of personal data."""
    return _made(_holders)


def _made(registered: dict[str, Port | None]) -> list[Port]:
    """Return the one object of each class, made when first asked for."""
    registered.update({path: import_string(path)() for path, port in registered.items() if port is None})
    return [port for port in registered.values() if port is not None]
