"""Pages for strangers, remembered as they were made: a site in the news is asked for far more often than it changes.

A page is remembered with a stamp of all that it was made of, asked for anew each second; a change shows within one. What is of one
request alone, the moment its form was shown and the nonce of its styles, is put in each time.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

from duologue.platform.secrets import signing

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

MOST: Final = 500
LONGEST_KEY: Final = 400
TRUSTED: Final = 1.0  # seconds that a stamp is not asked for again
LASTS: Final = 60.0  # seconds after which a page is made anew whatever its stamp says
TOKEN, NONCE = b"\x00token\x00", b"\x00nonce\x00"  # no page holds these
STAMP: Final = """
SELECT extract(epoch FROM clock_timestamp())::bigint, concat_ws('|', w.id, w.locale, w.country, w.currency, w.title, s.current,
       (SELECT max(b.number) FROM brand_bookversion b WHERE b.workspace_id = w.id),
       (SELECT max(v.id) FROM strategize_surveyversion v WHERE v.workspace_id = w.id),
       (SELECT max(v.id) FROM strategize_offerversion v WHERE v.workspace_id = w.id),
       (SELECT string_agg(h.name || '=' || h.home, ',' ORDER BY h.id) FROM platform_host h WHERE h.workspace_id = w.id))
FROM platform_workspace w JOIN engage_site s ON s.workspace_id = w.id WHERE w.id = %s AND s.name = %s
"""
Key = tuple[str, str, str, str]  # host, path, query, Accept-Language


@dataclass(slots=True)
class Page:
    """A page as it was made; `headers` is empty until it has been answered once."""

    room: int
    site: str
    stamp: str
    body: bytes
    nonce: str
    headers: list[tuple[bytes, bytes]]
    made: float
    checked: float
    epoch: int  # the database's clock when the stamp was asked for


_pages: OrderedDict[Key, Page] = OrderedDict()


def stamp_of(room: int, site: str) -> tuple[int, str]:
    """Return the database's clock in seconds, and what a site's page is made of, as a text that changes with any of it."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP, (room, site))
        return cursor.fetchone() or (0, "")


def remember(request: HttpRequest, room: Workspace, site: str, stamp: tuple[int, str], answer: HttpResponse, token: str) -> None:  # noqa: PLR0917 - what a page was made of
    """Keep a page that anybody may be shown; `stamp` was asked for before it was made."""
    key = _key_of_request(request)
    if key is None or not stamp[1]:
        return
    nonce = str(getattr(request, "csp_nonce", "")) or "-"
    body = answer.content.replace(token.encode(), TOKEN).replace(nonce.encode(), NONCE)
    present = time.monotonic()
    _pages[key] = Page(room.pk, site, stamp[1], body, nonce, [], present, present, stamp[0])
    while len(_pages) > MOST:
        _pages.popitem(last=False)


class Remembered:
    """An ASGI application that answers with remembered pages and passes the rest on."""

    def __init__(self, *, otherwise: Any) -> None:
        self.otherwise = otherwise

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        key = _key_of_scope(scope)
        page = _pages.get(key) if key is not None else None
        if key is None or page is None:
            await self.otherwise(scope, receive, _listening(key, send) if key is not None else send)
        elif page.headers and await _still_holds(page):
            await _answer(page, send)
        else:
            _pages.pop(key, None)
            await self.otherwise(scope, receive, _listening(key, send))


async def _still_holds(page: Page) -> bool:
    present = time.monotonic()
    if present - page.made > LASTS:
        return False
    if present - page.checked > TRUSTED:
        epoch, stamp = await sync_to_async(_asked_again, thread_sensitive=False)(page.room, page.site)
        if stamp != page.stamp:
            return False
        page.checked, page.epoch = present, epoch
    return True


def _asked_again(room: int, site: str) -> tuple[int, str]:
    close_old_connections()
    try:
        return stamp_of(room, site)
    finally:
        close_old_connections()


async def _answer(page: Page, send: Any) -> None:
    token = signing.sign("form", page.room, page.epoch + int(time.monotonic() - page.checked))
    nonce = secrets.token_urlsafe(16).encode()
    body = page.body.replace(TOKEN, token.encode()).replace(NONCE, nonce)
    headers = [(name, value.replace(NONCE, nonce)) for name, value in page.headers]
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _listening(key: Key, send: Any) -> Callable[[Any], Any]:
    """Return a `send` that takes the headers of a page that was just made; one that sets a cookie is not remembered."""

    async def heard(message: Any) -> None:
        if message["type"] == "http.response.start" and (page := _pages.get(key)) is not None and not page.headers:
            named = [(name.lower(), value) for name, value in message["headers"]]
            nonce = page.nonce.encode()
            is_its_own = any(nonce in value for _, value in named)  # another request may have made the page meanwhile
            if message["status"] == 200 and is_its_own and all(name != b"set-cookie" for name, _ in named):
                page.headers = [(name, value.replace(nonce, NONCE)) for name, value in named if name != b"content-length"]
            else:
                _pages.pop(key, None)
        await send(message)

    return heard


def _key_of_scope(scope: Any) -> Key | None:
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    headers = dict(scope["headers"])
    query = scope.get("query_string", b"").decode("latin-1")
    host, accept = (headers.get(name, b"").decode("latin-1") for name in (b"host", b"accept-language"))
    return _key(host, scope["path"], query, accept)


def _key_of_request(request: HttpRequest) -> Key | None:
    if request.method != "GET":
        return None
    host = getattr(request, "asked_host", "") or request.META.get("HTTP_HOST", "")
    return _key(host, request.path, request.META.get("QUERY_STRING", ""), request.headers.get("Accept-Language", ""))


def _key(host: str, path: str, query: str, accept: str) -> Key | None:
    """Return what a page is remembered by: any query but the language's makes it another page, which is not remembered."""
    if (query and not query.startswith("in=")) or "&" in query or len(host) + len(path) + len(query) + len(accept) > LONGEST_KEY:
        return None
    return host, path, query, accept


def forget() -> None:
    """Make every page anew; for tests, where row numbers begin anew."""
    _pages.clear()
