"""What the demo's people see of a letter: its button, its code, and the unsubscribe button of their mail program.

A mail program's parser builds a tree of every part, for which Python compiles patterns anew with each boundary; they need one part.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import a2b_qp
from html import unescape
from typing import Final

LINK: Final = re.compile(r'<a[^>]+href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
CODE: Final = re.compile(r"code[^.\n]{0,20}\b([A-Z0-9]{10})\b")
PART: Final = rb"^Content-Type: *%s\b(.*?)\r?\n\r?\n(.*?)(?=\r?\n--=_|\Z)"  # the rest of its head, its body up to a boundary, as ours begin
PARTS: Final = {kind: re.compile(PART % kind.encode(), re.DOTALL | re.IGNORECASE | re.MULTILINE) for kind in ("text/html", "text/plain")}
UNSUBSCRIBE: Final = re.compile(rb"^List-Unsubscribe:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)


def main_link(content: bytes) -> str:
    """Return the first content link of a letter: what a person sees as its button."""
    links = (unescape(link[1]) for link in LINK.finditer(_part(content, "text/html")))
    return next(url for url in links if "/l/" in url or "/s/" in url)


def code_in(content: bytes) -> str:
    """Return the code that a letter brings, as a person reads it."""
    found = CODE.search(_part(content, "text/plain"))
    return found[1] if found else ""


def way_out(content: bytes) -> str:
    """Return the address behind the mail program's own unsubscribe button (RFC 8058)."""
    found = UNSUBSCRIBE.search(content)
    return "".join(found[1].decode().split()) if found else ""


def _part(content: bytes, kind: str) -> str:
    found = PARTS[kind].search(content)
    if found is None:
        return ""
    head, body = found[1].lower(), found[2]
    if b"quoted-printable" in head:
        body = a2b_qp(body)
    elif b"base64" in head:
        body = b64decode(body)
    return body.decode(errors="replace")
