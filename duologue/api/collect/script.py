"""GET /site.js: the script that a brand puts on its own site, as a plain ASGI application."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.conf import settings

from duologue.api.plain import headers_of

PACKINGS = (("br", ".br"), ("gzip", ".gz"), ("", ""))


async def application(scope: Any, _receive: Any, send: Any) -> None:
    """Answer with the script, packed as the browser takes it, or with 304 where it has it already."""
    if scope["type"] != "http":
        return
    headers = headers_of(scope)
    if scope["method"] not in {"GET", "HEAD"} or scope["path"] != "/site.js":
        await _answer(send, 404, [], b"")
        return
    accepted = {word.split(";")[0].strip() for word in headers.get(b"accept-encoding", "").split(",")}
    packing, body, tag = next(_packed(name, ending) for name, ending in PACKINGS if not name or name in accepted)
    kept = [
        (b"cache-control", b"public, max-age=3600"),
        (b"etag", tag),
        (b"vary", b"accept-encoding"),
        (b"access-control-allow-origin", b"*"),
    ]
    if headers.get(b"if-none-match", "").encode() == tag:
        await _answer(send, 304, kept, b"")
        return
    kept += [(b"content-type", b"text/javascript; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if packing:
        kept.append((b"content-encoding", packing.encode()))
    await _answer(send, 200, kept, body if scope["method"] == "GET" else b"")


@cache
def _packed(packing: str, ending: str) -> tuple[str, bytes, bytes]:
    """Return the packing, the bytes and their tag; the file is part of the package and never changes while we run."""
    body = (settings.BASE_DIR / "web" / "assets" / f"site.js{ending}").read_bytes()
    return packing, body, b'"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"'


async def _answer(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
