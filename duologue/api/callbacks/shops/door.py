"""The door for shops, as plain ASGI: POST /hooks/WORKSPACE/SHOP, signed by the shop; answered once what it told is durable."""

from __future__ import annotations

from asyncio import get_running_loop
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from duologue.api.callbacks.shops import shopify, woocommerce
from duologue.api.callbacks.shops.keeping import forget, keep_products
from duologue.api.collect.app import journal
from duologue.api.collect.reading import LARGEST_BATCH
from duologue.api.plain import WrongRequest, body_of, headers_of, on_a_fresh_connection
from duologue.kit.pipeline import Refused
from duologue.people.intake.rules import open_envelope
from duologue.people.shops.queries import shop
from duologue.people.shops.rules import Shop, is_signed
from duologue.platform.telemetry.counters import count
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.api.callbacks.shops.told import Told

KINDS: Final = {"shopify": shopify, "woocommerce": woocommerce}
LOOKS_BACK: Final = timedelta(days=80)  # within the 90 days for which a message's id is remembered
log = structlog.get_logger()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one webhook: 200 with what was taken, 401 where it is not signed, 503 where the shop is to send it again."""
    if scope["type"] != "http":
        return
    try:
        answer = await _take(scope, receive)
    except WrongRequest as wrong:
        await _answer(send, wrong.status, {"error": wrong.sentence})
    except Exception as mistake:  # noqa: BLE001  nothing was acknowledged; the shop sends it again
        log.error("webhook.not_kept", error=type(mistake).__name__)  # noqa: TRY400  its text could hold personal data
        await _answer(send, 503, {"error": "The webhook could not be kept just now; send it again."})
    else:
        await _answer(send, 200, answer)


async def _take(scope: Any, receive: Any) -> dict[str, Any]:
    parts = scope["path"].strip("/").split("/")
    if len(parts) != 3:
        raise WrongRequest(404, "There is nothing here; a shop sends to /hooks/WORKSPACE/SHOP.")
    if scope["method"] != "POST":
        raise WrongRequest(405, "Send webhooks with POST.")
    headers = headers_of(scope)
    body = await body_of(receive, headers, LARGEST_BATCH)
    workspace, known = await _elsewhere(_look_up, parts[1], parts[2])
    kind = KINDS[known.kind]
    if headers.get(b"content-type", "").startswith("application/x-www-form-urlencoded") and body.startswith(b"webhook_id="):
        return {"taken": 0}  # WooCommerce says hello so when a webhook is made; it tells nothing and is not signed
    if not is_signed(body, headers.get(kind.SIGNATURE, ""), known.secret):
        raise WrongRequest(401, "The signature does not fit; is this the secret that the shop signs with?")
    told = _understood(known, parts[2], headers, body)
    if told is None:
        return {"taken": 0, "ignored": headers.get(kind.TOPIC, "")[:80]}
    earliest = (await _elsewhere(now, workspace)) - LOOKS_BACK
    payloads, refused = _payloads(told, earliest)
    products = 0
    if told.products or told.gone:
        products, not_taken = await _elsewhere(keep_products, workspace, told, known.currency or workspace.currency)
        refused += not_taken
    forgotten = await _elsewhere(forget, workspace, told, parts[2]) if told.forgotten else 0
    if payloads or refused:
        await journal().keep(workspace=workspace, source=parts[2], payloads=payloads, refused=refused)
    count("events_received", len(payloads))
    return {"taken": len(payloads) + products + forgotten}


def _understood(known: Shop, name: str, headers: dict[bytes, str], body: bytes) -> Told | None:
    kind = KINDS[known.kind]
    try:
        read = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as mistake:
        raise WrongRequest(400, f"The body cannot be read as JSON: {mistake}.") from mistake
    if not isinstance(read, dict):
        raise WrongRequest(400, "The body is a JSON object.")
    origin = headers.get(kind.ORIGIN, "").strip()
    told: Told | None = kind.told(headers.get(kind.TOPIC, "").strip().lower(), read, shop=name, origin=origin, purpose=known.purpose)
    return told


def _payloads(told: Told, earliest: datetime) -> tuple[list[bytes], list[tuple[int, Refused, bytes]]]:
    """Return the events as the intake takes them, and those that name nobody.

    What lies longer back than ids are remembered is left out: an old order that changes is told whole again.
    """
    payloads: list[bytes] = []
    refused: list[tuple[int, Refused, bytes]] = []
    for index, event in enumerate(told.events):
        since = told.since or event.get("timestamp")
        if event["type"] == "track" and not event["event"].startswith("Consent ") and _is_before(since, earliest):
            continue
        payload = msgspec.json.encode(event)
        try:
            open_envelope(payload)
        except Refused as refusal:
            refused.append((index, refusal, payload))
        else:
            payloads.append(payload)
    return payloads, refused


def _is_before(said: Any, earliest: datetime) -> bool:
    if not isinstance(said, str) or not said:
        return False
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return False  # the intake says what is wrong with it
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < earliest


def _look_up(workspace: str, name: str) -> tuple[Workspace, Shop]:
    found = Workspace.objects.filter(name=workspace).first()
    known = shop(found, name) if found else None
    if found is None or known is None:
        raise WrongRequest(404, "There is no such shop; add it with: duologue shop add")
    return found, known


async def _elsewhere(call: Callable[..., Any], *values: Any) -> Any:
    """Run what asks the database on one of the journal's threads."""
    return await get_running_loop().run_in_executor(journal().pool, on_a_fresh_connection, call, *values)


async def _answer(send: Any, status: int, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
