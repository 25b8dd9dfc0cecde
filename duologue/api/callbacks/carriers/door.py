"""The door for e-mail services, as plain ASGI: POST /carriers/WORKSPACE/NAME, and …/in for mail that people wrote.

Proved by the service's signature or by the password in the address; answered once all that it told is durable.
"""

from __future__ import annotations

import asyncio
import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import msgspec
import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, close_old_connections

from duologue.api.callbacks.carriers.reading import confirmation, news_of, read
from duologue.api.plain import WrongRequest, body_of, headers_of, on_a_fresh_connection
from duologue.api.together import Together
from duologue.engage.carriers.actions import heard, note_news
from duologue.engage.carriers.queries import carrier
from duologue.engage.carriers.rules import USER
from duologue.engage.conversations.mail import take_in_mail
from duologue.platform.outbound.fetching import fetch
from duologue.platform.telemetry.counters import count
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duologue.engage.carriers.rules import Carrier, News

LARGEST: Final = 32 * 1024 * 1024  # mail with what hangs on it; news are far smaller
LARGEST_NEWS: Final = 4 * 1024 * 1024
KEPT_FOR: Final = 5.0
HEARD_EVERY: Final = 20.0  # seconds: that a service called is kept this often, and not with each of thousands of calls
log = structlog.get_logger()


@dataclass(slots=True)
class Entry:
    """What one call told."""

    workspace: Workspace
    source: str
    news: Sequence[News]


_together: WeakKeyDictionary[asyncio.AbstractEventLoop, Together[Entry, None]] = WeakKeyDictionary()
_known: dict[tuple[str, str], tuple[float, Workspace, Carrier]] = {}
_heard: dict[tuple[int, str], float] = {}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one call: 200 with what was taken, 401 where it is not proved, 503 where it is to be sent again."""
    if scope["type"] != "http":
        return
    try:
        taken = await _take(scope, receive)
    except WrongRequest as wrong:
        await _answer(send, wrong.status, {"error": wrong.sentence})
    except Exception as mistake:  # noqa: BLE001  nothing was acknowledged; the service sends it again
        log.error("carrier.not_kept", error=type(mistake).__name__)  # noqa: TRY400  its text could hold personal data
        await _answer(send, 503, {"error": "This could not be kept just now; send it again."})
    else:
        await _answer(send, 200, {"taken": taken})


async def _take(scope: Any, receive: Any) -> int:
    parts = scope["path"].strip("/").split("/")
    inbound = len(parts) == 4 and parts[3] == "in"
    if len(parts) != 3 and not inbound:
        raise WrongRequest(404, "There is nothing here; a service calls /carriers/WORKSPACE/NAME.")
    if scope["method"] == "HEAD":  # some look whether there is anything before they call
        return 0
    if scope["method"] != "POST":
        raise WrongRequest(405, "A service calls with POST.")
    headers = headers_of(scope)
    body = await body_of(receive, headers, LARGEST if inbound else LARGEST_NEWS)
    workspace, one = await _carrier(parts[1], parts[2])
    request = ASGIRequest(scope, io.BytesIO(body))
    try:
        events = read(one, request, url=_url(one, scope["path"]), inbound=inbound, now=time.time())
    except (RequestDataTooBig, SuspiciousOperation) as wrong:
        raise WrongRequest(400, "The call cannot be read.") from wrong
    if subscribe := confirmation(one, request):
        await _elsewhere(_confirm, subscribe)
    taken = await _keep(workspace, parts[2], one, events, inbound=inbound)
    await _note_heard(workspace, parts[2])
    return taken


async def _keep(workspace: Workspace, name: str, one: Carrier, events: Sequence[Any], *, inbound: bool) -> int:
    if inbound or any(event.event_type == "inbound" for event in events):
        return int(await _elsewhere(_take_mail, workspace, [event for event in events if event.event_type == "inbound"]))
    news = news_of(one, events, workspace.pk)
    if news:
        await _all().add(Entry(workspace, name, news), len(news))
    count("events_received", len(news))
    return len(news)


async def _note_heard(workspace: Workspace, name: str) -> None:
    if _heard.get((workspace.pk, name), 0.0) > time.monotonic():
        return
    if len(_heard) > 1000:
        _heard.clear()
    _heard[workspace.pk, name] = time.monotonic() + HEARD_EVERY
    await _elsewhere(_hear, workspace, name)


def _hear(workspace: Workspace, name: str) -> None:
    heard(workspace=workspace, name=name, now=now(workspace))


def _url(one: Carrier, path: str) -> str:
    """Return the address that the service was given, which some sign too."""
    parts = urlsplit(settings.PUBLIC_URL)
    who = "" if one.key else f"{USER}:{one.password}@"
    return f"{parts.scheme}://{who}{parts.netloc}{parts.path.rstrip('/')}{path}"


def _take_mail(workspace: Workspace, events: Sequence[Any]) -> int:
    for event in events:
        envelope = [event.message.envelope_recipient] if event.message.envelope_recipient else []
        take_in_mail(workspace=workspace, raw=event.message.as_bytes(), now=now(workspace), envelope=envelope)
    return len(events)


def _confirm(url: str) -> None:
    """Confirm to Amazon that its notifications are wanted, which a proved call asks for; nobody else's address is asked."""
    host = urlsplit(url).hostname or ""
    if not (host.startswith("sns.") and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))):
        raise WrongRequest(400, "That is no address of Amazon's notifications.")
    fetch(url, {}, io.BytesIO(), most=64 * 1024, seconds=10.0, private=False)


def write(entries: list[Entry]) -> list[None]:
    """Note down what many calls told, those of one service together; where that cannot be, each once more by itself."""
    close_old_connections()
    try:
        for group in _groups(entries).values():
            try:
                _note(group)
            except DatabaseError:  # of one that cannot be kept, or a deadlock: each once more, by itself
                for entry in group:
                    _note([entry])
    finally:
        close_old_connections()
    return [None] * len(entries)


def _groups(entries: list[Entry]) -> dict[tuple[int, str], list[Entry]]:
    found: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.workspace.pk, entry.source), []).append(entry)
    return found


def _note(group: list[Entry]) -> None:
    workspace = group[0].workspace
    news = [one for entry in group for one in entry.news]
    note_news(workspace=workspace, source=group[0].source, news=news, now=now(workspace))


async def _carrier(workspace: str, name: str) -> tuple[Workspace, Carrier]:
    """Return a service with its workspace, remembered for some seconds."""
    kept = _known.get((workspace, name))
    if kept and kept[0] > time.monotonic():
        return kept[1], kept[2]
    room, one = await _elsewhere(_look_up, workspace, name)
    if len(_known) > 1000:
        _known.clear()
    _known[workspace, name] = (time.monotonic() + KEPT_FOR, room, one)
    return room, one


def _look_up(workspace: str, name: str) -> tuple[Workspace, Carrier]:
    found = Workspace.objects.filter(name=workspace).first()
    known = carrier(found, name) if found else None
    if found is None or known is None:
        raise WrongRequest(404, "There is no such service; add it in Settings, Mail services, or with: duologue carrier add")
    return found, known


def _all() -> Together[Entry, None]:
    loop = asyncio.get_running_loop()
    found = _together.get(loop)
    if found is None:
        found = _together[loop] = Together(write, "carriers")
    return found


async def _elsewhere(call: Callable[..., Any], *values: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_all().pool, on_a_fresh_connection, call, *values)


async def _answer(send: Any, status: int, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="Duologue"'))  # Amazon sends the password only once it is asked for
    if status == 503:
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
