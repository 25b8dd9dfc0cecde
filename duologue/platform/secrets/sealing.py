"""Sealing: AES-256-GCM under a key drawn from the installation's own, bound to the place where the value is kept."""

from __future__ import annotations

import hashlib
import secrets as random

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class NotOurSeal(Exception):
    """What was sealed was changed, moved to another place, or sealed by another installation."""


def seal(value: str, place: str) -> bytes:
    """Return the value unreadable without the installation's key; it opens only for the same place."""
    nonce = random.token_bytes(NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, value.encode(), place.encode())


def unseal(sealed: bytes, place: str) -> str:
    """Return what `seal` was given. Raises NotOurSeal."""
    try:
        return _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()).decode()
    except InvalidTag:
        raise NotOurSeal(
            "This secret was sealed with another installation key. Put the old key back (data folder, keys/installation, "
            "or DUOLOGUE_SECRET_KEY), or enter the secret again."
        ) from None


def _cipher() -> AESGCM:
    return AESGCM(hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"seal").digest())
