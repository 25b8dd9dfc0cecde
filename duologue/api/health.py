"""/healthz for whoever watches over the machine, /metrics for Prometheus."""

from __future__ import annotations

import hmac
import re
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, connection
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from duologue.api.figures import Figures

LOOPBACK = {"127.0.0.1", "::1"}
THIS_MACHINE = {"127.0.0.1", "localhost", "[::1]"}
OF_PROXIES = {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"forwarded", b"via"}
NOT_YOURS = (
    b"Metrics are for who sends DUOLOGUE_METRICS_TOKEN as a bearer token; where none is set, for this machine, reached by nobody else.\n"
)
REGISTRY.register(Figures())


async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 ASGI's three
    """Answer whether all is well, in one line or in figures."""
    if scope["path"] == "/healthz":
        up = await sync_to_async(_database_answers, thread_sensitive=False)()
        await _answer(
            send, 200 if up else 503, b"application/json", b'{"status":"ok"}' if up else b'{"status":"the database does not answer"}'
        )
    elif scope["path"] != "/metrics":
        await _answer(send, 404, b"text/plain", b"There is nothing here.\n")
    elif not _may_look(scope):
        await _answer(send, 403, b"text/plain", NOT_YOURS)
    else:
        await _answer(send, 200, CONTENT_TYPE_LATEST.encode(), await sync_to_async(generate_latest, thread_sensitive=False)(REGISTRY))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    else:
        return True
    finally:
        connection.close()


def _may_look(scope: Any) -> bool:
    """Say whether the token was sent; without one, whether this machine asks, and by no proxy, which may hide for whom it asks."""
    headers = dict(scope["headers"])
    if settings.METRICS_TOKEN:
        return hmac.compare_digest(headers.get(b"authorization", b""), f"Bearer {settings.METRICS_TOKEN}".encode())
    asked = headers.get(b"host", b"localhost").decode("latin-1")
    return (
        bool(scope.get("client"))
        and scope["client"][0] in LOOPBACK
        and OF_PROXIES.isdisjoint(headers)
        and {_without_port(asked), _without_port(settings.PUBLIC_URL.partition("//")[2].partition("/")[0])} <= THIS_MACHINE
    )


def _without_port(host: str) -> str:
    return re.sub(r":\d*$", "", host)


async def _answer(send: Any, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
