"""No request to a page brings more than a page can ask for; what is longer is refused before it fills a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST: Final = 20_000_000  # bytes: the largest photo, and the rest of its form
SENTENCE: Final = b"A page takes 20 MB at most.\n"


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
            await _refuse(send)
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
            await _refuse(send)


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": SENTENCE})
