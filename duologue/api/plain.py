"""What the plain ASGI doors share: a refusal with a status, headers, the whole body, and asking the database from a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import close_old_connections

if TYPE_CHECKING:
    from collections.abc import Callable


class WrongRequest(Exception):
    """The whole request is refused, with an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def headers_of(scope: Any) -> dict[bytes, str]:
    """Return the headers of a request by their names in small letters."""
    return {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def body_of(receive: Any, headers: dict[bytes, str], most: int) -> bytes:
    """Return the whole body of a request; raises WrongRequest where it has more than so many bytes, or ends early."""
    length = headers.get(b"content-length", "0")
    if length.isdigit() and int(length) > most:
        raise WrongRequest(413, f"A request may hold {most} bytes.")
    body = bytearray()
    while True:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise WrongRequest(400, "The request ended early.")
        body += part.get("body", b"")
        if len(body) > most:
            raise WrongRequest(413, f"A request may hold {most} bytes.")
        if not part.get("more_body"):
            return bytes(body)


def on_a_fresh_connection(call: Callable[..., Any], *values: Any) -> Any:
    """Call what asks the database in this thread, with a connection that is alive and is not kept too long."""
    close_old_connections()
    try:
        return call(*values)
    finally:
        close_old_connections()
