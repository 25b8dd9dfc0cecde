"""Server time of pages with 200,000 people: the 95th percentile over all pages, and each page's own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.crowd import NOON, crowd
from bench.meter import Row

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = 200_000
TIMES = 20
PAGES = ("/", "/people/", "/people/?q=ada1", "/people/?q=ada1+l2", "/people/?q=p1999", "/people/{person}")
PAGES += ("/strategize/segments", "/strategize/dialogues", "/engage/messages", "/engage/inbox", "/engage/mailbox")
PAGES += ("/measure/reports", "/settings/")


def measure(folder: Path, *, full: bool) -> list[Row]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from duologue.platform.staff.actions import add_member
    from duologue.platform.staff.models import Role, Staff
    from duologue.platform.workspaces.actions import create_workspace

    settings.ALLOWED_HOSTS = ["*"]
    workspace = create_workspace(name="bench-pages", clock_at=NOON)
    crowd(workspace, PEOPLE)
    staff = Staff.objects.create_user("bench@shop.example", name="Bench")
    add_member(workspace, staff=staff, role=Role.OWNER, now=NOON)
    browser = Client()
    browser.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(person) FROM people_profile WHERE workspace_id = %s", (workspace.pk,))
        person = cursor.fetchone()[0]
    taken: dict[str, list[float]] = {}
    cpu = time.process_time()
    for page in PAGES:
        address = f"/{workspace.name}{page.format(person=person)}"
        status = browser.get(address, secure=True).status_code
        assert status == 200, f"{address} answered {status}"
        taken[page] = sorted(_seconds(browser, address) for _ in range(TIMES))
    cpu = (time.process_time() - cpu) / (len(PAGES) * (TIMES + 1)) * 1e6
    everything = sorted(second for seconds in taken.values() for second in seconds)
    slowest = max(taken, key=lambda page: taken[page][int(TIMES * 0.95) - 1])
    note = f"milliseconds, 95th percentile (goal: under); slowest {slowest}: {taken[slowest][int(TIMES * 0.95) - 1] * 1000:.0f}"
    return [Row(f"pages with {PEOPLE:,} people", "ms", everything[int(len(everything) * 0.95)] * 1000, None, 150, cpu, 0, note)]


def _seconds(browser, address: str) -> float:
    begin = time.perf_counter()
    browser.get(address, secure=True)
    return time.perf_counter() - begin
