"""Quoted-printable (RFC 2045 6.7), whole or in pieces that can be joined."""

from __future__ import annotations

import binascii
import re
from functools import lru_cache

BARE_NEWLINE = re.compile(rb"\r\n|\r|\n")
PLAIN = re.compile(r"[!-<>-~][ !-<>-~]{0,70}[!-<>-~]")  # what quoted-printable leaves as it is: a name, a link
SAFE = re.compile(r"[!#-%(-;?-~]*")  # of these what HTML leaves as it is too
SOFT = b"=\r\n"
LONGEST = 75  # beside the sign of a soft line break


class Ready(str):
    """A text that comes with its piece, for HTML and quoted-printable leave it as it is."""

    __slots__ = ("piece",)
    piece: bytes


def quoted(text: str) -> bytes:
    """Return a text as quoted-printable with CRLF line ends, the last line ended.

    `b2a_qp` copies the kind of line end it sees first, and breaks long lines with bare LF where it sees none; so every
    line end is made CRLF before, and one is always there.
    """
    raw = _with_crlf(text)
    return binascii.b2a_qp(raw if raw.endswith(b"\r\n") else raw + b"\r\n", istext=True)


def piece(text: str) -> bytes:
    """Return a part of a text so that pieces can be joined: each leaves the next one at the beginning of a line."""
    if PLAIN.fullmatch(text):
        return text.encode() + SOFT
    if not text:
        return b""
    done = binascii.b2a_qp(_with_crlf(text) + b"\r\n", istext=True)[:-2]
    last = done.rpartition(b"\r\n")[2]
    if not last:
        return done
    if len(last) > LONGEST:
        at = LONGEST - 5
        at -= 1 if last[at - 1 : at] == b"=" else 2 if last[at - 2 : at - 1] == b"=" else 0
        done = done[: len(done) - len(last)] + last[:at] + SOFT + last[at:]
    return done + SOFT


def ready(head: str, token: str) -> str:
    """Return an address that ends in a token of letters, digits, - and _; with its piece where its head allows that."""
    text = head + token
    if len(text) >= LONGEST or not _is_safe(head):
        return text
    done = Ready(text)
    done.piece = text.encode() + SOFT
    return done


@lru_cache(maxsize=256)
def _is_safe(head: str) -> bool:
    return SAFE.fullmatch(head) is not None


def joined(pieces: list[bytes]) -> bytes:
    """Join pieces to a whole text, its last line ended."""
    whole = b"".join(pieces)
    if whole.endswith(SOFT):
        return whole[: -len(SOFT)] + b"\r\n"
    return whole or b"\r\n"


def _with_crlf(text: str) -> bytes:
    raw = text.encode()
    return BARE_NEWLINE.sub(b"\r\n", raw) if b"\r" in raw else raw.replace(b"\n", b"\r\n")
