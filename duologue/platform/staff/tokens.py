"""Secrets handed out once, of which only a digest is kept."""

from __future__ import annotations

import hashlib
import secrets as random


def new_token(prefix: str = "") -> str:
    """Return a fresh secret of 256 bits that can stand in an address."""
    return prefix + random.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256; a token is random, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()
