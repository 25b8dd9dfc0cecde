"""Quoted-printable (RFC 2045 6.7), whole or in pieces that can be joined.

No line begins with a dot, which SMTP would double. No white space follows another, and none ends a line: it is in DKIM's relaxed form.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BARE_NEWLINE = re.compile(rb"\r\n|\r|\n")
PLAIN = re.compile(r"[!-\-/-<>-~][ !-<>-~]{0,70}[!-<>-~]")  # what quoted-printable leaves as it is: a name, a link
SAFE = re.compile(r"[!#-%(-;?-~]*")  # of these what HTML leaves as it is too
SOFT = b"=\r\n"
LONGEST = 75  # beside the sign of a soft line break
DOT = b"=2E"
SPELT = re.compile(rb"(?m:^)\.|(?<=[ \t])[ \t]|\t")


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
    return _spelt(binascii.b2a_qp(raw if raw.endswith(b"\r\n") else raw + b"\r\n", istext=True))


def piece(text: str) -> bytes:
    """Return a part of a text so that pieces can be joined: each leaves the next one at the beginning of a line."""
    if PLAIN.fullmatch(text) and "  " not in text:
        return text.encode() + SOFT
    if not text:
        return b""
    done = _spelt(binascii.b2a_qp(_with_crlf(text) + b"\r\n", istext=True))[:-2]
    last = done.rpartition(b"\r\n")[2]
    if not last:
        return done
    return done + SOFT if len(last) <= LONGEST else done[: len(done) - len(last)] + _broken(last + b"=")[:-1] + SOFT


def ready(addresses: Iterable[tuple[str, str]]) -> list[str]:
    """Return addresses, each given as its head and a token of letters, digits, - and _; with their pieces where their heads allow that."""
    made: list[str] = []
    for head, token in addresses:
        raw, text = _as_piece(head), head + token
        if raw and len(text) < LONGEST:
            text = Ready(text)
            text.piece = b"%b%b=\r\n" % (raw, token.encode())
        made.append(text)
    return made


@lru_cache(maxsize=256)
def _as_piece(head: str) -> bytes:
    """Return the bytes of a head that HTML and quoted-printable leave as it is, else nothing."""
    return head.encode() if SAFE.fullmatch(head) and not head.startswith(".") else b""


def ended(pieces: list[bytes]) -> list[bytes]:
    """Return pieces that make a whole text, its last line ended."""
    while pieces and not pieces[-1]:
        pieces.pop()
    if not pieces:
        return [b"\r\n"]
    if pieces[-1].endswith(SOFT):
        pieces[-1] = pieces[-1][: -len(SOFT)] + b"\r\n"
    return pieces


def _spelt(done: bytes) -> bytes:
    """Spell out dots that begin a line, all of several spaces but the first, and tabs."""
    if b"  " not in done and b"\t" not in done and b"\n." not in done and not done.startswith(b"."):
        return done
    return b"\r\n".join(map(_broken, SPELT.sub(lambda found: b"=%02X" % ord(found[0]), done).split(b"\r\n")))


def _broken(line: bytes) -> bytes:
    """Break a line that is too long, never within the signs of one character."""
    whole = []
    while len(line) > LONGEST + 1:
        at = LONGEST - 5
        at -= 1 if line[at - 1 : at] == b"=" else 2 if line[at - 2 : at - 1] == b"=" else 0
        whole.append(line[:at])
        line = DOT + line[at + 1 :] if line[at : at + 1] == b"." else line[at:]
    return SOFT.join((*whole, line))


def _with_crlf(text: str) -> bytes:
    raw = text.encode()
    return BARE_NEWLINE.sub(b"\r\n", raw) if b"\r" in raw else raw.replace(b"\n", b"\r\n")
