"""The demo's people use the same doors as real ones: tracked links, survey pages, unsubscribe buttons, mail and the shop's events."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from duologue.engage.conversations.mail import take_in_mail
from duologue.people.intake.actions import receive

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

APPLICATION = "duologue.asgi.application"  # by name, as a web server finds it
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class DoorShut(Exception):
    """A page that people are led to did not let them in: a fault of ours."""


class Doors:
    """Everything a simulated person can do to the shop."""

    def __init__(self, workspace: Workspace, loop: asyncio.AbstractEventLoop) -> None:
        self.workspace = workspace
        self._loop = loop
        self._application = import_string(APPLICATION)
        self._pages = Client(headers={"user-agent": BROWSER, "host": urlsplit(settings.PUBLIC_URL).netloc})

    def click(self, url: str) -> str:
        """Follow a tracked link and return where it led."""
        return self._loop.run_until_complete(_get(self._application, urlsplit(url).path))

    def answer(self, url: str, answers: dict[str, Any]) -> None:
        """Fill in a survey page."""
        self._post(url, answers)

    def unsubscribe(self, url: str) -> None:
        """Press the mail program's own unsubscribe button (RFC 8058)."""
        self._post(url, {"List-Unsubscribe": "One-Click"})

    def _post(self, url: str, form: dict[str, Any]) -> None:
        status = self._pages.post(urlsplit(url).path, form).status_code
        if status >= HTTPStatus.BAD_REQUEST:
            raise DoorShut(f"{urlsplit(url).path} answered {status}.")

    def reply(self, content: bytes, text: str, at: datetime) -> None:
        """Answer a message by mail."""
        original = message_from_bytes(content, policy=default)
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


async def _get(application: Any, path: str) -> str:
    """Ask the web's front door for one path and return the location it answers with."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"user-agent", BROWSER.encode())]}
    where = ""

    async def receive_nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal where
        if message["type"] == "http.response.start":
            where = dict(message["headers"]).get(b"location", b"").decode()

    await application(scope, receive_nothing, send)
    return where
