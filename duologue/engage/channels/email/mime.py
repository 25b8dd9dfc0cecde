"""Building a message fast: RFC 5322, multipart/alternative, quoted-printable."""

from __future__ import annotations

import base64
import re
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from duologue.engage.channels.email import addresses
from duologue.engage.channels.email.quoted import quoted
from duologue.engage.channels.email.services import id_header

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.engage.channels.protocol import Letter

CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
PLAIN, HTML = (
    f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" for kind in ("plain", "html")
)
CHUNK = 45  # bytes of UTF-8 in one encoded word: 60 of base64, below the 75 that RFC 2047 allows


class Mail(msgspec.Struct):
    """A letter as it goes over the wire: envelope, head and body, with CRLF line ends.

    No line begins with a dot. The body is in pieces, and as DKIM's relaxed form has it.
    """

    letter: Letter
    return_path: str
    head: bytes
    body: list[bytes]

    @property
    def content(self) -> bytes:
        """All of it but the envelope."""
        return b"".join((self.head, b"\r\n", *self.body))


def build(letter: Letter, *, workspace_id: int, reply_domain: str = "", carrier: str = "") -> Mail:
    """Build one message. Replies and bounces come back to signed addresses at `reply_domain` (default: the sender's).

    Where a letter names an address for replies they go there, and find their delivery by what they answer (RFC 5322 3.6.4).
    A service that carries it and tells what became of it is given our id in a header of its own.
    """
    domain = letter.sender_address.rpartition("@")[2]
    back = reply_domain or domain
    token = addresses.mail_token(workspace_id, letter.delivery)
    boundary = f"=_{token}"
    head = [
        f"From: {_mailbox(letter.sender_name, letter.sender_address)}",
        f"To: <{CONTROLS.sub('', letter.recipient)}>",
        f"Reply-To: <{CONTROLS.sub('', letter.reply_to) or addresses.reply_address(token, back)}>",
        f"Subject: {encoded(letter.subject, used=9)}",
        f"Date: {_date(letter.at)}",
        f"Message-ID: {addresses.message_id(token, domain)}",
    ]
    if letter.in_reply_to:
        reference = CONTROLS.sub("", letter.in_reply_to)
        head += [f"In-Reply-To: {reference}", f"References: {reference}"]
    if letter.unsubscribe:
        head += [f"List-Unsubscribe: <{letter.unsubscribe}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    if own := id_header(carrier, f"{addresses.MESSAGE}{token}"):
        head.append(own)
    if letter.feedback:
        head.append(f"Feedback-ID: {letter.feedback}")
    head += ["MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{boundary}"']
    head.append("")
    body = [
        f"--{boundary}\r\n{PLAIN}".encode(),
        *_part(letter.text),
        f"--{boundary}\r\n{HTML}".encode(),
        *_part(letter.html),
        f"--{boundary}--\r\n".encode(),
    ]
    # the head is ASCII, but for an address that is not (RFC 6532)
    return Mail(letter, addresses.bounce_address(token, back), "\r\n".join(head).encode(), body)


def _part(text: str | list[bytes]) -> list[bytes]:
    return [quoted(text)] if isinstance(text, str) else text


def encoded(text: str, *, used: int = 0) -> str:
    """Return header text: as it is when short and ASCII, else as RFC 2047 words folded over lines. Control characters go."""
    text = CONTROLS.sub(" ", text).strip()
    if text.isascii() and "=?" not in text and len(text) + used <= 900:
        return _folded(text, used)
    words, chunk = [], b""
    for character in text:
        piece = character.encode()
        if len(chunk) + len(piece) > CHUNK:
            words.append(chunk)
            chunk = b""
        chunk += piece
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


def _folded(text: str, used: int) -> str:
    if len(text) + used <= 76:
        return text
    lines, line, room = [], "", 76 - used
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line, room = word, 75
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return "\r\n ".join(lines)


@lru_cache(maxsize=256)
def _mailbox(name: str, address: str) -> str:
    name, address = CONTROLS.sub(" ", name).strip(), CONTROLS.sub("", address)
    if not name:
        return f"<{address}>"
    if ATOMS.fullmatch(name):
        return f"{name} <{address}>"
    if name.isascii():
        return '"{}" <{}>'.format(name.replace("\\", "\\\\").replace('"', '\\"'), address)
    return f"{encoded(name)} <{address}>"


@lru_cache(maxsize=64)
def _date(at: datetime) -> str:
    return format_datetime(at)
