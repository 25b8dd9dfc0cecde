"""Calling other programs over HTTP, never in private networks unless that is allowed, and never longer or larger than said."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from duologue.platform.outbound.deadline import Timed, left

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES: Final = 64 * 1024
AGENT: Final = "duologue"
PORTS: Final = {"https": 443, "http": 80}
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
REFUSED: Final = (
    ipaddress.IPv6Network("::/96"),  # addresses of the old internet as RFC 4291 no longer wants them; some systems still go there
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # a NAT64 within one network (RFC 8215)
    ipaddress.IPv6Network("fec0::/10"),  # site-local (RFC 3879)
)


class NotAllowed(Exception):
    """The address may not be called; the words say why."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, private: bool) -> tuple[int, bytes]:
    """Send a body and return the status and the first 64 kB of the answer. Redirects are not followed.

    All of it takes at most so many seconds, however slowly the other side takes and answers; only looking its name up takes as long as
    the system's resolver does, and counts.
    The host's addresses are looked up once, all of them are judged, and the very address that was judged is connected to, so that a
    name cannot mean something else a moment later. Raises NotAllowed, TimeoutError, OSError or ValueError.
    """
    connection, path = connected(url, deadline=time.monotonic() + seconds, private=private)
    try:
        connection.request("POST", path, body=body, headers={"user-agent": AGENT, **headers})
        answer = connection.getresponse()
        return answer.status, _body(answer)
    except http.client.HTTPException as trouble:
        raise OSError(type(trouble).__name__) from None
    finally:
        connection.close()


class Line:
    """One connection for many calls of one address, kept open while the other side keeps it; for one thread."""

    def __init__(self, url: str, *, private: bool) -> None:
        self._url, self._private = url, private
        self._open: tuple[http.client.HTTPConnection, str] | None = None

    def post(self, body: bytes, headers: Mapping[str, str], *, seconds: float) -> tuple[int, bytes]:
        """Send a body and return what `post` returns, or raise what it raises.

        Where the other side has closed what was open, which shows only when it is used, this is sent once more over a new connection.
        """
        deadline = time.monotonic() + seconds
        if self._open is not None:
            try:
                return self._ask(body, headers, deadline)
            except (http.client.HTTPException, ConnectionError):
                self.close()
        try:
            return self._ask(body, headers, deadline)
        except http.client.HTTPException as trouble:
            raise OSError(type(trouble).__name__) from None

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def _ask(self, body: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, bytes]:
        if self._open is None or self._open[0].sock is None:
            self._open = connected(self._url, deadline=deadline, private=self._private)
        connection, path = self._open
        cast("Timed", connection.sock).until(deadline)
        try:
            connection.request("POST", path, body=body, headers={"user-agent": AGENT, **headers})
            answer = connection.getresponse()
            said = _body(answer)
        except BaseException:
            self.close()
            raise
        if not answer.isclosed():  # more than is read of an answer
            self.close()
        return answer.status, said


def connected(url: str, *, deadline: float, private: bool) -> tuple[http.client.HTTPConnection, str]:
    """Return a connection to the host of an address, judged, and the path to ask there. Raises as `post` does."""
    parts = urlsplit(url)
    host, scheme = parts.hostname or "", parts.scheme
    if scheme not in PORTS or not host or (scheme == "http" and not private):
        raise NotAllowed("only https addresses are called")
    port = parts.port or PORTS[scheme]
    connection = _connection(scheme, host, port, _address(host, port, private=private), deadline)
    return connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _body(answer: http.client.HTTPResponse) -> bytes:
    said = answer.read(MOST_BYTES)
    if answer.length and len(said) < MOST_BYTES:
        raise OSError("the answer was cut short")
    return said


def _address(host: str, port: int, *, private: bool) -> str:
    """Return an address of a host; where any of them lies in a private network, none is taken."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found:
        raise OSError("no address")
    if not private and not all(is_public(address) for address in found):
        raise NotAllowed("a private network is not called")
    return found[0]


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet: not private, local or reserved, nor a way round to such a one by IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inner(found)
        if inner is not None:
            return is_public(str(inner))
        if any(found in network for network in REFUSED):
            return False
    return found.is_global and not found.is_multicast


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the address of the old internet that this one leads to, by being mapped, by 6to4, or by a NAT64 (RFC 6052)."""
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour


def _connection(scheme: str, host: str, port: int, address: str, deadline: float) -> http.client.HTTPConnection:
    """Return a connection to the very address, which shows itself, and is checked, as the host."""
    sock = socket.create_connection((address, port), timeout=left(deadline))
    try:
        if scheme == "https":
            sock.settimeout(left(deadline))
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    made = http.client.HTTPConnection(host, port)
    made.sock = Timed(sock, deadline)
    return made
