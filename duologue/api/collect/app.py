"""The tracking API as plain ASGI: `/v1/identify track page screen group alias batch`, as Segment's clients speak it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import msgspec
import structlog

from duologue.api.collect.journal import Journal
from duologue.api.collect.reading import LARGEST_BATCH, TYPE_OF, as_a_visitor, key_of, read_body, unpacked
from duologue.api.plain import WrongRequest, body_of, headers_of, on_a_fresh_connection
from duologue.api.together import Overloaded
from duologue.platform.staff.queries import key_for
from duologue.platform.telemetry.counters import count

if TYPE_CHECKING:
    from duologue.platform.staff.models import Key

KEYS_KEPT_FOR: Final = 15.0  # seconds; a revoked key is refused after that at the latest
MOST_KEYS: Final = 10_000
CORS: Final = [(b"access-control-allow-origin", b"*"), (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
PREFLIGHT: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding"),
    (b"access-control-max-age", b"86400"),
]

log = structlog.get_logger()
_journals: WeakKeyDictionary[asyncio.AbstractEventLoop, Journal] = WeakKeyDictionary()
_keys: dict[str, tuple[float, Key | None]] = {}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one call: 200 with `refused: [{index, reason}]` once all else is durable, else a status and a sentence."""
    if scope["method"] == "OPTIONS":
        await _answer(send, 204, b"", PREFLIGHT)
        return
    try:
        refused = await _take(scope, receive)
    except WrongRequest as wrong:
        await _answer(send, wrong.status, msgspec.json.encode({"success": False, "error": wrong.sentence}))
        return
    except Overloaded:
        sentence = "More comes in just now than can be written down; send the events again."
        await _answer(send, 503, msgspec.json.encode({"success": False, "error": sentence}), [*CORS, (b"retry-after", b"1")])
        return
    except Exception as mistake:  # noqa: BLE001  nothing was acknowledged, and the client keeps what it is told was not kept
        log.error("collect.not_kept", error=type(mistake).__name__)  # noqa: TRY400  its text could hold personal data
        sentence = "The events could not be kept just now; send them again."
        await _answer(send, 503, msgspec.json.encode({"success": False, "error": sentence}), [*CORS, (b"retry-after", b"5")])
        return
    answer: dict[str, Any] = {"success": True}
    if refused:
        answer["refused"] = refused
    await _answer(send, 200, msgspec.json.encode(answer))


async def _take(scope: Any, receive: Any) -> list[dict[str, Any]]:
    word = scope["path"].rstrip("/").rsplit("/", 1)[-1]
    if word not in TYPE_OF:
        raise WrongRequest(404, f"There is no call {scope['path']}; use /v1/track, identify, page, screen, group, alias or batch.")
    if scope["method"] != "POST":
        raise WrongRequest(405, "Send events with POST.")
    headers = headers_of(scope)
    body = await body_of(receive, headers, LARGEST_BATCH)
    read = read_body(word, unpacked(body, headers.get(b"content-encoding", "").strip().lower()))
    key = await _key(key_of(headers.get(b"authorization", "")) or read.write_key)
    if key is None:
        raise WrongRequest(401, "This write key is not known or was revoked; see Settings, Keys.")
    if key.kind == "site":
        read = as_a_visitor(read)
    await journal().keep(workspace=key.workspace, source=key.name, payloads=read.payloads, refused=read.refused)
    count("events_received", len(read.payloads))
    count("events_refused", len(read.refused))
    return [{"index": index, "reason": refusal.reason, "sentence": refusal.sentence} for index, refusal, _ in read.refused]


async def _key(secret: str) -> Key | None:
    """Return the write key, remembered for some seconds; a management key sends no events."""
    if not secret:
        return None
    kept = _keys.get(secret)
    present = time.monotonic()
    if kept and kept[0] > present:
        return kept[1]
    found = await asyncio.get_running_loop().run_in_executor(journal().pool, on_a_fresh_connection, key_for, secret)
    key = found if found is not None and found.kind in {"write", "site"} else None
    if len(_keys) >= MOST_KEYS:
        _keys.clear()
    if key is not None:  # a wrong key is not remembered: one just made must work at once
        _keys[secret] = (present + KEYS_KEPT_FOR, key)
    else:
        _keys.pop(secret, None)
    return key


def journal() -> Journal:
    """Return the journal of the running loop."""
    loop = asyncio.get_running_loop()
    found = _journals.get(loop)
    if found is None:
        found = _journals[loop] = Journal()
    return found


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]] = CORS) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
