"""How a call is signed, when it is tried again, and what an answer means."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

TRIES: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
MOST_ATTEMPTS: Final = len(TRIES) + 1
AGAIN: Final = frozenset({408, 425, 429})
MOST_FIELDS: Final = 100
MOST_LEVELS: Final = 32
PREFIX: Final = "whsec_"


@dataclass(slots=True, frozen=True)
class Came:
    """What came of one try: the answer, or the reason why there is none and whether trying again makes sense."""

    answer: dict[str, Any] | None = None
    reason: str = ""
    try_again: bool = False


def signature(secret: str, message: str, at: datetime, body: bytes) -> str:
    """Return the signature of a call as Standard Webhooks 1.0 says: HMAC-SHA256 over id, time and body."""
    key = _key(secret)
    signed = b".".join([message.encode(), str(int(at.timestamp())).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """Return the key that a secret holds: base64 after "whsec_", or else its own letters."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def read_answer(status: int, body: bytes) -> Came:
    """Return what an answer of this status means; its JSON fields are what a dialogue can ask about."""
    if not 200 <= status < 300:
        return Came(reason=f"status {status}", try_again=status >= 500 or status in AGAIN)
    if b"\\u0000" in body:
        return Came(reason="its answer holds a null character")
    return Came(answer=_fields(body))


def _fields(body: bytes) -> dict[str, Any]:
    """Return the fields of an answer; what is no JSON, or nested as no answer is, has none."""
    try:
        found = msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    if _is_deep(found, MOST_LEVELS):
        return {}
    if isinstance(found, dict):
        return dict(list(found.items())[:MOST_FIELDS])
    return {"value": found}


def _is_deep(value: object, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deep(one, levels - 1) for one in inner)


def next_try(attempt: int, now: datetime) -> datetime | None:
    """Return when to try again after this attempt, the first being 1; None when it was the last."""
    return now + TRIES[attempt - 1] if attempt <= len(TRIES) else None
