"""Signed tokens for links: short, tied to one use, worthless when changed.

A token is base64url(payload + signature). It hides nothing; put only ids into it. The signature is 10 bytes of blake2b(key, use):
one digest of 60 bytes serves six last numbers that follow one another, each of which has a place of its own in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SIGNATURE_BYTES = 10
IN_A_DIGEST = 6
LONGEST = 100  # bytes; no token of ours has as many
URL_SAFE = bytes.maketrans(b"+/", b"-_")


@lru_cache(maxsize=32)
def _keyed(use: str) -> hashlib.blake2b:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"link").digest()
    return hashlib.blake2b(key=key, digest_size=SIGNATURE_BYTES * IN_A_DIGEST, person=use.encode()[:16])


def sign(use: str, *numbers: int) -> str:
    """Return a token that carries these numbers (each 0 to 2**63) and is valid for this use only."""
    return binascii.b2a_base64(signed(use, *numbers), newline=False).translate(URL_SAFE, b"=").decode()


def signed(use: str, *numbers: int) -> bytes:
    """Return what a token says, for those who write it in letters of their own."""
    start, last = b"".join(map(_varint, numbers[:-1])), numbers[-1]
    place = last % IN_A_DIGEST * SIGNATURE_BYTES
    return start + _varint(last) + _digest(_keyed(use), start, last // IN_A_DIGEST)[place : place + SIGNATURE_BYTES]


def _digest(keyed: hashlib.blake2b, start: bytes, group: int) -> bytes:
    """Return the digest that holds the signatures of the last numbers of one group, the others as varints before it."""
    keyed = keyed.copy()
    keyed.update(start + _varint(group))
    return keyed.digest()


def sign_each(use: str, numbers: tuple[int, ...], lasts: Iterable[int]) -> list[str]:
    """Return as many tokens as there are last numbers, each as `sign` makes it of the numbers and the last one."""
    start, keyed, encode = b"".join(map(_varint, numbers)), _keyed(use), binascii.b2a_base64
    tokens: list[bytes] = []
    digests: dict[int, bytes] = {}
    for last in lasts:
        group, place = divmod(last, IN_A_DIGEST)
        digest = digests.get(group)
        if digest is None:
            digest = digests[group] = _digest(keyed, start, group)
        tokens.append(encode(start + _varint(last) + digest[place * SIGNATURE_BYTES : (place + 1) * SIGNATURE_BYTES]))
    return b"".join(tokens).translate(URL_SAFE, b"=").decode().split()


def read(use: str, token: str) -> tuple[int, ...] | None:
    """Return the numbers of a token made by `sign` for this use, or None for anything else."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError, UnicodeEncodeError):
        return None
    return numbers_of(use, raw)


def numbers_of(use: str, raw: bytes) -> tuple[int, ...] | None:
    """Return the numbers of what `signed` made for this use, or None for anything else."""
    numbers = _numbers(raw[:-SIGNATURE_BYTES]) if len(raw) <= LONGEST else ()
    if not numbers or max(numbers) >= 2**63 or not hmac.compare_digest(signed(use, *numbers), raw):
        return None
    return numbers


def address_digest(workspace_salt: bytes, channel: str, address: str) -> bytes:
    """Return the keyed hash under which an address stays on the suppression list after its owner was erased."""
    return address_digests(workspace_salt, channel)(address.encode())


@lru_cache(maxsize=256)
def address_digests(workspace_salt: bytes, channel: str) -> Callable[[bytes], bytes]:
    """Return what gives `address_digest` of many addresses of one channel, each in UTF-8."""
    begun = _salted(workspace_salt).copy()
    begun.update(f"{channel}\0".encode())

    def digest(address: bytes) -> bytes:
        keyed = begun.copy()
        keyed.update(address)
        return keyed.digest()

    return digest


@lru_cache(maxsize=256)
def _salted(workspace_salt: bytes) -> hashlib.blake2b:
    key = hashlib.blake2b(settings.SECRET_KEY.encode() + workspace_salt, digest_size=32, person=b"address").digest()
    return hashlib.blake2b(key=key, digest_size=32)


@lru_cache(maxsize=1024)  # a message has a dozen tokens with the same numbers
def _varint(number: int) -> bytes:
    if not 0 <= number < 2**63:
        raise ValueError(f"a token carries numbers from 0 to 2**63, not {number}")
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _numbers(payload: bytes) -> tuple[int, ...]:
    found, value, shift = [], 0, 0
    for byte in struct.unpack(f"{len(payload)}B", payload):
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            found.append(value)
            value, shift = 0, 0
    return tuple(found)
