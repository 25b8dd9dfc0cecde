"""The demo's people use the same doors as real ones: tracked links, survey pages, unsubscribe buttons, mail and the shop's events."""

from __future__ import annotations

import json
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.test import Client

from duologue.api.callbacks.app import application as callbacks
from duologue.engage.conversations.mail import take_in_mail
from duologue.people.intake.actions import receive

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Doors:
    """Everything a simulated person can do to the shop."""

    def __init__(self, workspace: Workspace, loop: asyncio.AbstractEventLoop) -> None:
        self.workspace = workspace
        self._loop = loop
        self._pages = Client(headers={"user-agent": BROWSER})

    def click(self, url: str) -> str:
        """Follow a tracked link and return where it led."""
        return self._loop.run_until_complete(_get(urlsplit(url).path))

    def answer(self, url: str, answers: dict[str, Any]) -> int:
        """Fill in a survey page and return the status."""
        return self._pages.post(urlsplit(url).path, answers).status_code

    def unsubscribe(self, url: str) -> int:
        """Press the mail program's own unsubscribe button (RFC 8058)."""
        return self._pages.post(urlsplit(url).path, {"List-Unsubscribe": "One-Click"}).status_code

    def reply(self, original: EmailMessage, text: str, at: datetime) -> None:
        """Answer a message by mail."""
        answer = EmailMessage()
        answer["From"] = original["To"]
        answer["To"] = original["Reply-To"] or original["From"]
        answer["Subject"] = f"Re: {original['Subject']}"
        answer["In-Reply-To"] = answer["References"] = original["Message-ID"]
        answer["Date"] = at
        answer.set_content(f"{text}\n\n> {original['Subject']}\n")
        take_in_mail(workspace=self.workspace, raw=answer.as_bytes(), now=at)

    def report_spam(self, content: bytes, at: datetime) -> None:
        """Press the mailbox provider's spam button: it reports the message to the sender (RFC 5965)."""
        boundary = "report"
        head = (
            f"From: feedback@mailbox.example\r\nDate: {format_datetime(at)}\r\nSubject: Abuse report\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/report; report-type=feedback-report; boundary="{boundary}"\r\n\r\n'
            f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
            f"--{boundary}\r\nContent-Type: message/feedback-report\r\n\r\n"
            "Feedback-Type: abuse\r\nUser-Agent: mailbox.example/1\r\nVersion: 1\r\n\r\n"
            f"--{boundary}\r\nContent-Type: message/rfc822\r\n\r\n"
        )
        take_in_mail(workspace=self.workspace, raw=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), now=at)

    def tell(self, events: Sequence[dict[str, Any]], now: datetime, arrives_at: Sequence[datetime] | None = None) -> None:
        """Send the shop's events in, as its website would."""
        payloads = [json.dumps(event).encode() for event in events]
        receive(workspace=self.workspace, source="shop", payloads=payloads, now=now, arrives_at=arrives_at)


async def _get(path: str) -> str:
    """Ask the plain door for one path and return the location it answers with."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"user-agent", BROWSER.encode())]}
    where = ""

    async def receive_nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal where
        if message["type"] == "http.response.start":
            where = dict(message["headers"]).get(b"location", b"").decode()

    await callbacks(scope, receive_nothing, send)
    return where
