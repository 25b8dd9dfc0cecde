"""Stable digests: the same words give the same number in every process, for ever."""

from __future__ import annotations

import hashlib

_SPREAD = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio (Knuth, TAOCP 3, 6.4)


def digest16(*parts: str) -> bytes:
    """Return 16 bytes that stand for these words in this order."""
    return hashlib.blake2b("\x1f".join(parts).encode(errors="surrogatepass"), digest_size=16).digest()


def spread(number: int, bits: int) -> int:
    """Return `bits` well-mixed bits of a number, so that neighbours fall far apart."""
    return (number * _SPREAD & 0xFFFFFFFFFFFFFFFF) >> (64 - bits)
