"""The path switch: plain ASGI doors first, Django for all else."""

from __future__ import annotations

from typing import Any


class PlainDoors:
    """An ASGI application that answers the hot paths itself and passes the rest on."""

    def __init__(self, *, otherwise: Any) -> None:
        self.otherwise = otherwise

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.otherwise(scope, receive, send)
