"""Whose address a request comes from: through proxies that are trusted, the one that they name."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(request: HttpRequest) -> str:
    """Return the address of whoever asks.

    `X-Forwarded-For` is read from its end, since each proxy adds whom it heard from: the first that is no trusted proxy (setting
    `DUOLOGUE_TRUSTED_PROXIES`) is who asks. What anybody else wrote into it counts for nothing.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    for named in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_trusted(peer) or (address := _read(named.strip())) is None:
            break
        peer = str(address)
    return peer


def _is_trusted(peer: str) -> bool:
    """Say whether a proxy of ours speaks; without an address it does so by a socket of this machine."""
    address = _read(peer)
    return not peer or (address is not None and any(address in network for network in settings.TRUSTED_PROXIES))


def _read(text: str) -> Address | None:
    """Return an address; some proxies write its port behind it. IPv4 in the dress of IPv6 is IPv4."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0] if text.count(":") == 1 else text
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped if address.version == 6 else None) or address
