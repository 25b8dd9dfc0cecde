"""Mail inside a page: in a frame of its own that runs nothing and loads nothing from elsewhere."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.html import escape

if TYPE_CHECKING:
    from email.message import EmailMessage

HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
NOTHING_ELSE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


def framed(html: str) -> HttpResponse:
    """Return mail as a page of its own under the strictest policy; its links open beside it."""
    target = '<base target="_blank"><meta name="referrer" content="no-referrer">'
    found = HEAD.search(html)
    whole = html[: found.end()] + target + html[found.end() :] if found else target + html
    response = HttpResponse(whole)
    response.headers["Content-Security-Policy"] = NOTHING_ELSE
    return response


def parsed(content: bytes) -> EmailMessage:
    """Return a kept message, its parts decoded."""
    return message_from_bytes(content, policy=policy.default)


def html_of(message: EmailMessage) -> str:
    """Return what a person would see: the HTML part, or the text as it stands."""
    body = message.get_body(preferencelist=("html", "plain"))
    if body is None:
        return "<p>This message has no text.</p>"
    text = body.get_content()
    return text if body.get_content_type() == "text/html" else f"<pre style='white-space:pre-wrap'>{escape(text)}</pre>"


def text_of(message: EmailMessage) -> str:
    """Return the text part, or nothing."""
    body = message.get_body(preferencelist=("plain",))
    return body.get_content() if body is not None else ""


def name_and_address(shown: str) -> tuple[str, str]:
    """Return who an address line names."""
    return parseaddr(shown)
