"""What a request to the tracking API holds, read with types; nothing here waits for anything."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import msgspec

from duologue.api.plain import WrongRequest
from duologue.kit.pipeline import Refused
from duologue.people.intake.rules import LARGEST, open_envelope
from duologue.people.timeline import names

TYPE_OF: Final = {
    **{name: name for name in ("identify", "track", "page", "screen", "group", "alias", "batch")},
    "i": "identify",
    "t": "track",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
    "b": "batch",
    "import": "batch",
}
NOT_FROM_A_PAGE: Final = frozenset(
    {names.CONSENT_GRANTED, names.CONSENT_WITHDRAWN, names.CONSENT_REFUSED, names.ORDER_COMPLETED, names.ORDER_REFUNDED, names.FORM_SENT}
)
LARGEST_BATCH: Final = 4 * 1024 * 1024
MOST_IN_BATCH: Final = 5000


class Batch(msgspec.Struct, rename="camel"):
    """A batch call; its events are read one by one, so that a bad one stops no other."""

    batch: list[msgspec.Raw]
    sent_at: str | None = None
    write_key: str | None = None
    context: dict[str, Any] | None = None


class Head(msgspec.Struct, rename="camel"):
    """What decides how an event is completed."""

    type: str | None = None
    write_key: str | None = None


@dataclass(slots=True)
class Read:
    """The events of a request as they are kept, and those refused: (index, refusal, payload)."""

    write_key: str
    payloads: list[bytes] = field(default_factory=list)
    refused: list[tuple[int, Refused, bytes]] = field(default_factory=list)

    def take(self, index: int, payload: bytes) -> None:
        """Keep an event, or why it is none."""
        try:
            open_envelope(payload)
        except Refused as refusal:
            self.refused.append((index, refusal, payload))
        else:
            self.payloads.append(payload)


_batches = msgspec.json.Decoder(Batch)
_heads = msgspec.json.Decoder(Head)


def read_body(word: str, body: bytes) -> Read:
    """Read the body of a call named by the last word of its path; raises WrongRequest where it is no call at all."""
    kind = TYPE_OF[word]
    try:
        if kind != "batch":
            return _completed([msgspec.Raw(body)], kind, None, _heads.decode(body).write_key)
        batch = _batches.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as mistake:
        raise WrongRequest(400, f"The body cannot be read as JSON of a {kind} call: {mistake}.") from mistake
    if len(batch.batch) > MOST_IN_BATCH:
        raise WrongRequest(413, f"A batch may hold {MOST_IN_BATCH} events, this one holds {len(batch.batch)}.")
    return _completed(batch.batch, None, batch.sent_at, batch.write_key)


def as_a_visitor(read: Read) -> Read:
    """Return what may come in by a key that anybody can read in a public page.

    Addresses are left out, for nobody proved them: they would lead somebody's mail to whoever sent them. Statements of consent, orders
    and aliases are refused.
    """
    kept = Read(read.write_key, refused=list(read.refused))
    gone = {index for index, _, _ in read.refused}
    places = (index for index in count() if index not in gone)
    for index, payload in zip(places, read.payloads, strict=False):
        event = msgspec.json.decode(payload)
        if event.get("type") == "alias" or event.get("event") in NOT_FROM_A_PAGE:
            said = f"'{event.get('event') or 'alias'}' does not come by a site's key; send it from a server, with a write key."
            kept.refused.append((index, Refused("not from a page", said), payload))
            continue
        context = event.get("context")
        for holder in (event, context if isinstance(context, dict) else {}):
            if isinstance(holder.get("traits"), dict):
                holder["traits"] = {key: value for key, value in holder["traits"].items() if key not in {"email", "phone"}}
        kept.take(index, msgspec.json.encode(event))
    return kept


def _completed(events: list[msgspec.Raw], kind: str | None, sent_at: str | None, write_key: str | None) -> Read:
    read = Read(write_key or "")
    for index, raw in enumerate(events):
        payload = bytes(raw).strip()
        try:
            _check(payload)
            read.payloads.append(_as_called(payload, kind) if kind else _as_sent(payload, sent_at))
        except Refused as refusal:
            read.refused.append((index, refusal, payload))
    return read


def _check(payload: bytes) -> None:
    if len(payload) > LARGEST:
        raise Refused("too large", f"An event may have {LARGEST} bytes, this one has {len(payload)}.")
    if not payload.startswith(b"{"):
        raise Refused("not well-formed", "An event is a JSON object.")


def _as_called(payload: bytes, kind: str) -> bytes:
    """Return an event with the type of its call."""
    try:
        head = _heads.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as mistake:
        raise Refused("not well-formed", f"This event cannot be read: {mistake}.") from mistake
    whole = payload if head.type == kind else _with(payload, {"type": kind})
    open_envelope(whole)
    return whole


def _as_sent(payload: bytes, sent_at: str | None) -> bytes:
    """Return an event of a batch with the batch's time of sending where it does not say one itself."""
    envelope = open_envelope(payload)
    return payload if envelope.sent_at or not sent_at else _with(payload, {"sentAt": sent_at})


def _with(payload: bytes, more: dict[str, str]) -> bytes:
    is_empty = payload[1:].lstrip().startswith(b"}")
    # the later of two equal keys wins, so what is added goes last
    return payload[: payload.rindex(b"}")] + (b"" if is_empty else b",") + msgspec.json.encode(more)[1:]


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return a body without its gzip, never more than a batch may have; raises WrongRequest."""
    if encoding not in {"gzip", "x-gzip"} and not body.startswith(b"\x1f\x8b"):
        return body
    try:
        machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        plain = machine.decompress(body, LARGEST_BATCH + 1)
    except (zlib.error, gzip.BadGzipFile) as mistake:
        raise WrongRequest(400, "The body says it is gzip and is not.") from mistake
    if len(plain) > LARGEST_BATCH:
        raise WrongRequest(413, f"A request may hold {LARGEST_BATCH} bytes.")
    return plain


def key_of(authorization: str) -> str:
    """Return the write key of a Basic or Bearer authorization, or nothing."""
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
