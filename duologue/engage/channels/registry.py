"""The channels there are. A new one is a folder beside `email` and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.channels.email.channel import Email

if TYPE_CHECKING:
    from duologue.engage.channels.protocol import Channel

_channels: dict[str, Channel] = {channel.name: channel for channel in (Email(),)}


def channel(name: str) -> Channel | None:
    """Return the channel of this name, or None where it has no adapter."""
    return _channels.get(name)


def names() -> frozenset[str]:
    """Return the channels with an adapter."""
    return frozenset(_channels)
