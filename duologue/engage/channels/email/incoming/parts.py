"""Reading a raw mail whatever is wrong with it: headers, texts, and the mail it carries inside."""

from __future__ import annotations

import email
import email.policy
import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message  # noqa: TC003  a dataclass's fields are read at run time
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

MOST_TEXT = 200_000  # characters of one part that are looked at
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


@dataclass
class Mail:
    """A parsed mail. Header names are looked up in any case; broken headers read as text as well as they can."""

    raw: bytes
    message: Message = field(init=False)

    def __post_init__(self) -> None:
        cleaned = self.raw.lstrip(b"\r\n")
        if cleaned.startswith(b"From "):  # an mbox line that a pipe left in place
            cleaned = cleaned.partition(b"\n")[2]
        self.message = email.message_from_bytes(cleaned, policy=email.policy.compat32)

    def header(self, name: str) -> str:
        """Return a header as text, '' when it is missing."""
        return decoded(self.message.get(name))

    def headers(self, name: str) -> list[str]:
        """Return all headers of that name."""
        return [decoded(value) for value in self.message.get_all(name, [])]

    def has(self, name: str) -> bool:
        return name in self.message

    @property
    def content_type(self) -> str:
        return self.message.get_content_type()

    @cached_property
    def sender(self) -> tuple[str, str]:
        """Name and address of who wrote it."""
        name, address = parseaddr(self.header("From"))
        return name, address.lower()

    @cached_property
    def parts(self) -> list[Message]:
        return list(walk(self.message))

    @cached_property
    def plain(self) -> str:
        """The text of the first plain part that belongs to the body; '' when there is none."""
        return self._first("text/plain")

    @cached_property
    def html(self) -> str:
        return self._first("text/html")

    @cached_property
    def everything(self) -> str:
        """All texts of all parts with the headers of all inner mails: where tokens and addresses may hide."""
        pieces = []
        for part in self.parts:
            pieces.append("\n".join(f"{name}: {decoded(value)}" for name, value in part.items()))
            if not part.is_multipart() and part.get_content_maintype() in {"text", "message"}:
                pieces.append(text_of(part))
        return "\n".join(pieces)[: 5 * MOST_TEXT]

    def part(self, content_type: str) -> Message | None:
        """Return the first part of that type, wherever it stands."""
        return next((part for part in self.parts if part.get_content_type() == content_type), None)

    def date(self) -> datetime | None:
        try:
            written = parsedate_to_datetime(self.header("Date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return written if written.tzinfo else None

    def _first(self, content_type: str) -> str:
        for part in walk(self.message, into_messages=False):
            if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
                return text_of(part)
        return ""


def walk(message: Message, *, into_messages: bool = True, depth: int = 0) -> Iterator[Message]:
    """Yield a message and its parts, at most 20 levels deep."""
    yield message
    if not message.is_multipart() or depth > 20:
        return
    if message.get_content_maintype() == "message" and not into_messages:
        return
    for part in cast("list[Message]", message.get_payload()):
        yield from walk(part, into_messages=into_messages, depth=depth + 1)


def text_of(part: Message) -> str:
    """Return a part's text, with any charset it claims or, where that is wrong, the likeliest one."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    for attempt in (charset, "utf-8", "cp1252"):
        try:
            text = payload.decode(attempt)
        except (LookupError, UnicodeDecodeError):
            continue
        break
    else:
        text = payload.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if part.get_content_type() == "text/plain" and str(part.get_param("format", "")).lower() == "flowed":
        text = unflowed(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
    return text[:MOST_TEXT]


def unflowed(text: str, *, delsp: bool) -> str:
    """Join the lines of a format=flowed text (RFC 3676) that are not quoted."""
    lines: list[str] = []
    open_line = False
    for line in text.split("\n"):
        flows = line.endswith(" ") and line != "-- " and not line.startswith(">")
        content = line[:-1] if flows and delsp else line
        if open_line and not line.startswith(">"):
            lines[-1] += content.removeprefix(" ")
        else:
            lines.append(content)
        open_line = flows
    return "\n".join(line.rstrip() if line != "-- " else line for line in lines)


def decoded(value: object) -> str:
    """Return a header's text: encoded words decoded, folds undone, surrogates of raw bytes replaced."""
    text = str(value or "")
    with suppress(HeaderParseError, LookupError, UnicodeError, ValueError):
        text = str(make_header(decode_header(text)))
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub(r"\r?\n[ \t]+", " ", text).replace("\x00", "").strip()


def addresses_in(*texts: str) -> list[str]:
    """Return the addresses of header values, in lower case, each once, in order."""
    found = [address.lower() for _, address in getaddresses(list(texts)) if ADDRESS.fullmatch(address)]
    return list(dict.fromkeys(found))
