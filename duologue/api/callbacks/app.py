"""Tracking links and pixels, as a plain ASGI application: GET /l/<token> leads on, GET /o/<token> is a picture of one pixel."""

from __future__ import annotations

import asyncio
import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import structlog
from asgiref.sync import sync_to_async
from django.utils.encoding import iri_to_uri

from duologue.api.plain import headers_of, on_a_fresh_connection
from duologue.api.together import Overloaded, Together
from duologue.engage.conversations import clicks
from duologue.platform.secrets import signing

if TYPE_CHECKING:
    from duologue.engage.messages.links import Target

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
NEVER_KEPT = [(b"cache-control", b"no-store, private"), (b"referrer-policy", b"no-referrer"), (b"x-robots-tag", b"noindex, nofollow")]
PAGE = (b"content-type", b"text/html; charset=utf-8")
UNKNOWN = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    b"<title>This link is not known</title>"
    b"<h1>This link is not known</h1><p>It may have been cut off on its way. Please try the link in the message itself."
)
NOT_NOW = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    b"<title>Please try again</title>"
    b"<h1>Please try again in a moment</h1><p>We cannot look up where this link leads just now. It stays good."
)
AGAIN = (b"retry-after", b"5")
log = structlog.get_logger()
_together: WeakKeyDictionary[asyncio.AbstractEventLoop, Together[clicks.Followed, Target | clicks.Away | None]] = WeakKeyDictionary()


async def application(scope: Any, _receive: Any, send: Any) -> None:
    """Answer one request."""
    if scope["type"] != "http":
        return
    kind, _, token = scope["path"].strip("/").partition("/")
    method = scope["method"]
    if method not in {"GET", "HEAD"}:
        await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
        return
    if kind == "o":
        await _picture(token, method, send)
    else:
        await _lead_on(token, method, headers_of(scope), send)


async def _lead_on(token: str, method: str, headers: dict[bytes, str], send: Any) -> None:
    numbers = signing.read("click", token)
    target: Target | clicks.Away | None = None
    if numbers is not None and len(numbers) == 3:
        agent, purpose = headers.get(b"user-agent", ""), headers.get(b"purpose", "") or headers.get(b"sec-purpose", "")
        workspace, delivery, link = numbers
        try:
            target = await _all().add(clicks.Followed((workspace, delivery, link), method, agent, purpose.lower()), 1)
        except Overloaded:
            target = clicks.Away()
    if target is None:
        await _answer(send, 404, [PAGE], UNKNOWN if method == "GET" else b"")
        return
    if isinstance(target, clicks.Away):
        await _answer(send, 503, [PAGE, AGAIN], NOT_NOW if method == "GET" else b"")
        return
    await _answer(send, 302, [(b"location", _location(target.url)), (b"content-length", b"0")], b"")


@lru_cache(maxsize=4096)
def _location(url: str) -> bytes:
    return iri_to_uri(url).encode()


def _all() -> Together[clicks.Followed, Target | clicks.Away | None]:
    loop = asyncio.get_running_loop()
    found = _together.get(loop)
    if found is None:
        found = _together[loop] = Together(_follow, "links", clicks.MOST_AT_ONCE, connections=1)
    return found


def _follow(followed: list[clicks.Followed]) -> list[Target | clicks.Away | None]:
    return list(on_a_fresh_connection(clicks.follow, followed))


async def _picture(token: str, method: str, send: Any) -> None:
    """Answer with the picture whatever the token says; note the opening where it is ours."""
    numbers = signing.read("open", token)
    if numbers is not None and len(numbers) == 2 and method == "GET":
        try:
            await sync_to_async(on_a_fresh_connection, thread_sensitive=False)(clicks.tell_opening, numbers)
        except Exception as trouble:  # noqa: BLE001  an opening decides nothing; the picture is shown all the same
            log.warning("opening not noted", trouble=type(trouble).__name__)
    await _answer(send, 200, [(b"content-type", b"image/gif")], PIXEL if method == "GET" else b"")


async def _answer(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *NEVER_KEPT]})
    await send({"type": "http.response.body", "body": body})
