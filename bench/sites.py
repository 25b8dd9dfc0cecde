"""A brand's own page as strangers meet it: requests by the core of the whole server, and forms until they are durable.

A page of three blocks and two languages with a form of five fields, three questions and two boxes. The requests go through the whole
ASGI application, one after the other; every page has to be whole and every form has to arrive.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bench.crowd import NOON
from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

PAGES, FORMS = (600, 6000), (300, 3000)
PATH = "/at/bench-sites/tea"
SURVEY = """
survey: taste
questions:
  likes: {ask: What do you drink?, why: To send what you like, options: [green, black, white], fills: {fact: drinks}}
  cups: {ask: How many cups a day?, kind: number, fills: {fact: cups}}
  more: {ask: Anything else?, kind: text}
"""
SITE = """
site: tea
title: The tea letter
text: |
  Once a month, *what we pick* and why. Nothing else, and you can [leave](https://shop.example/leave) with one click.
blocks:
  - {picture: "https://shop.example/tea.jpg", says: A cup of tea}
  - {form: letter}
  - {quote: "The only letter that I read to the end.", by: "{{ brand.name }}'s oldest reader"}
forms:
  letter:
    asks: [email, first_name, last_name, city, country]
    survey: taste
    consent: {newsletter: "Yes, send me the tea letter once a month.", promotions: "Yes, and offers."}
    button: Sign up
locales:
  de: {title: Der Teebrief, text: Einmal im Monat.}
"""


def measure(folder: Path, size: Size) -> list[Row]:
    from django.conf import settings

    from duologue.engage.sites.queries import current
    from duologue.people.intake.tasks import process
    from duologue.people.models import Event

    settings.ALLOWED_HOSTS = ["*"]
    pages, forms = size.choose(*PAGES), size.choose(*FORMS)
    workspace = _furnished()
    asyncio.run(_pages(20))
    with Meter() as meter:
        sent = asyncio.run(_pages(pages))
    shown = meter.row("a site's page, by the core", "requests/s", pages, limit=None, goal=300)
    shown.value = pages / (meter.cpu + meter.database_cpu)
    shown.note = f"by the processor time of server and PostgreSQL together; {sent / 1000:.1f} kB, as sent and not pressed"
    asyncio.run(_pages(5, b"sent=letter"))
    with Meter() as meter:
        asyncio.run(_pages(pages // 3, b"sent=letter"))
    made = meter.row("a site's page made anew, by the core", "requests/s", pages // 3, limit=None, goal=None)
    made.value = pages / 3 / (meter.cpu + meter.database_cpu)
    made.note = "as for whoever comes by a link of their own; what strangers are shown is remembered until it changes"
    asyncio.run(_forms(workspace, range(20)))
    with Meter() as meter:
        took = sorted(asyncio.run(_forms(workspace, range(20, forms + 20))))
    kept = meter.row("a site's form, until it is durable", "ms", forms, limit=None, goal=20)
    kept.less_is_better = True
    kept.value = took[len(took) // 2] * 1000
    kept.note = f"milliseconds, the median (goal: under); 95th percentile {took[int(len(took) * 0.95)] * 1000:.1f}"
    while process(workspace, NOON):
        pass
    found = current(workspace, "tea")
    assert found is not None
    arrived = (found.forms, Event.within(workspace).filter(name="Form Sent").count())
    assert arrived == (forms + 20, forms + 20), f"{arrived} of {forms + 20} forms arrived"
    return [shown, made, kept]


def _furnished():
    from duologue.engage.sites.actions import save_site
    from duologue.people.consent.actions import save_purpose
    from duologue.platform.workspaces.actions import create_workspace
    from duologue.strategize.dialogues.rules.survey import read_survey
    from duologue.strategize.dialogues.surveys import save_survey

    workspace = create_workspace(name="bench-sites", clock_at=NOON)
    for name in ("newsletter", "promotions"):
        save_purpose(workspace=workspace, name=name, title=name)
    save_survey(workspace=workspace, survey=read_survey(SURVEY), now=NOON)
    save_site(workspace=workspace, source=SITE, now=NOON)
    return workspace


async def _pages(count: int, query: bytes = b"") -> int:
    """Ask for the page so often; return its size in bytes."""
    body = b""
    for _ in range(count):
        status, body = await _asked("GET", b"", "192.0.2.1", query)
        assert status == 200, f"the page answered {status}"
        assert b"The only letter that I read" in body
        assert body.rstrip().endswith(b"</html>")
    return len(body)


async def _forms(workspace, numbers: range) -> list[float]:
    """Send forms of different people, from different networks; return the seconds that each took."""
    from duologue.platform.database.clock import database_now
    from duologue.platform.secrets.signing import sign

    at = await asyncio.to_thread(database_now)
    token = sign("form", workspace.pk, int(at.timestamp()) - 60)
    took = []
    for number in numbers:
        filled = {"form": token, "which": "letter", "email": f"p{number}@example.com", "first_name": f"P{number}", "likes": "green"}
        body = urlencode({**filled, "cups": 3, "consent-newsletter": "yes", "shown": ["likes", "cups", "more"]}, doseq=True).encode()
        begin = time.perf_counter()
        status, _ = await _asked("POST", body, f"198.51.{number // 250}.{number % 250}")
        took.append(time.perf_counter() - begin)
        assert status == 303, f"a form was answered {status}"
    return took


async def _asked(method: str, body: bytes, whence: str, query: bytes = b"") -> tuple[int, bytes]:
    from duologue.asgi import application

    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", b"%d" % len(body)),
    ]
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": PATH, "raw_path": PATH.encode(), "query_string": query}
    scope |= {"headers": headers, "client": (whence, 1), "server": ("127.0.0.1", 8000), "scheme": "http", "root_path": ""}
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    answer: dict = {"status": 0, "body": b""}

    async def receive() -> dict:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict) -> None:
        answer["status"] = message.get("status", answer["status"])
        answer["body"] += message.get("body", b"")

    await application(scope, receive, send)
    return answer["status"], answer["body"]
