"""How many connections to the database one installation may hold at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.platform.jobs.app import OWN_CONNECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection

BY_HAND: Final = 2  # `serve` itself, and one command beside it


def connections_at_most(processes: Collection[str], *, web: int, work: int) -> int:
    """Return what these processes of `serve` may hold together with `serve` itself and one command typed beside it.

    `web` and `work` are the sizes of the two pools: the web process has one of its own, every other process one of the second size.
    """
    background = [name for name in processes if name != "web"]
    looking = OWN_CONNECTIONS if "jobs" in background else 0
    return web * (len(processes) - len(background)) + work * (len(background) + BY_HAND) + looking
