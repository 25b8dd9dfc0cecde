"""No request to a page brings more than a page can ask for; what is longer is refused before it fills a disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST: Final = 64_000_000  # bytes: as many of the largest photos as a survey asks for, and the rest of its form
SENTENCE: Final = f"A request may hold {MOST // 1_000_000} MB."


class Bounded:
    """Counts what a request brings, and answers 413 once it is too much."""

    def __init__(self, *, otherwise: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Lead a request on, as long as it is not too long."""
        if scope["type"] != "http":
            await self._otherwise(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name.lower() == b"content-length"), b"0")
        if length.isdigit() and int(length) > MOST:
            await _refuse(scope, send)
            return
        brought, began = 0, False

        async def counted() -> Any:
            nonlocal brought
            part = await receive()
            brought += len(part.get("body", b""))
            return {"type": "http.disconnect"} if brought > MOST else part

        async def noted(part: Any) -> None:
            nonlocal began
            began = True
            await send(part)

        await self._otherwise(scope, counted, noted)
        if brought > MOST and not began:
            await _refuse(scope, send)


async def _refuse(scope: Any, send: Any) -> None:
    """Say it as the others behind this path would: to programs in JSON, to people in words."""
    is_for_programs = scope.get("path", "").startswith("/api/")
    kind, body = ("application/json", json.dumps({"detail": SENTENCE})) if is_for_programs else ("text/plain", f"{SENTENCE}\n")
    headers = [(b"content-type", f"{kind}; charset=utf-8".encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
