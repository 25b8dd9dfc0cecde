"""The path switch: plain ASGI doors for the hot paths, Django for all else."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# path prefix → where its application lives; the longest that fits is taken
DOORS = {
    "/v1/": "duologue.api.collect.app",
    "/site.js": "duologue.api.collect.script",
    "/l/": "duologue.api.callbacks.app",
    "/o/": "duologue.api.callbacks.app",
    "/hooks/": "duologue.api.callbacks.shops.door",
    "/carriers/": "duologue.api.callbacks.carriers.door",
    "/healthz": "duologue.api.health",
    "/metrics": "duologue.api.health",
}


class PlainDoors:
    """An ASGI application that answers the hot paths itself and passes the rest on."""

    def __init__(self, *, otherwise: Any) -> None:
        self.otherwise = otherwise
        self.doors = [(prefix, import_module(module).application) for prefix, module in DOORS.items()]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        path = scope.get("path", "")
        for prefix, door in self.doors:
            if path.startswith(prefix):
                await door(scope, receive, send)
                return
        await self.otherwise(scope, receive, send)


async def _live(receive: Any, send: Any) -> None:
    """Tell the server that start and stop need nothing of us."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
