"""Server time of pages with many people who all were in one dialogue: the 95th percentile over all pages, and the slowest page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.crowd import NOON
from bench.living import living
from bench.meter import Meter, Row

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Size

PEOPLE = 200_000, 1_000_000
TIMES = 20
_PAGES = """
/ /people/ /people/?q=a /people/?q=ada1 /people/?q=ada1+l2 /people/?q=a+l /people/?q=p1999 /people/{person} /people/arrivals
/strategize/segments /strategize/segments/everybody /strategize/dialogues /strategize/dialogues/win-back /strategize/dialogues/win-back/text
/strategize/offers /strategize/offers/ten-percent /engage/messages /engage/inbox /engage/inbox?team=care /engage/inbox/{conversation}
/engage/mailbox /engage/mailbox/{mail} /engage/perhaps-sent /measure/reports /measure/reports/win-back /settings/ /settings/log
/brand/book /brand/personas /brand/products
"""
PAGES = _PAGES.split()
NUMBERS = {
    "person": "SELECT min(person) FROM people_profile WHERE workspace_id = %s",
    "conversation": "SELECT min(id) FROM engage_conversation WHERE workspace_id = %s",
    "mail": "SELECT min(id) FROM engage_keptmail WHERE workspace_id = %s",
}


def measure(_folder: Path, size: Size) -> list[Row]:
    from duologue.measure.reports.queries import report
    from duologue.platform.workspaces.actions import create_workspace

    workspace = create_workspace(name="bench-pages", clock_at=NOON)
    people = size.many(*PEOPLE)
    living(workspace, people)
    report(workspace, "win-back", NOON)
    browser, addresses = _owner(workspace), _addresses(workspace)
    for address in addresses:
        status = browser.get(address, secure=True).status_code
        assert status == 200, f"{address} answered {status}"
    with Meter() as meter:
        taken = {address: sorted(_seconds(browser, address) for _ in range(TIMES)) for address in addresses}
    everything = sorted(second for seconds in taken.values() for second in seconds)
    slowest = max(taken, key=lambda address: taken[address][int(TIMES * 0.95) - 1])
    row = meter.row(f"pages with {people:,} people", "ms", len(everything), limit=None, goal=150)
    row.less_is_better = True
    row.value = everything[int(len(everything) * 0.95)] * 1000
    worst = taken[slowest][int(TIMES * 0.95) - 1] * 1000
    row.note = f"milliseconds, 95th percentile (goal: under); slowest {slowest.removeprefix('/bench-pages')}: {worst:.0f}"
    return [row]


def _owner(workspace):
    from django.conf import settings
    from django.test import Client

    from duologue.platform.staff.actions import add_member
    from duologue.platform.staff.models import Role, Staff

    settings.ALLOWED_HOSTS = ["*"]
    staff = Staff.objects.create_user("bench@shop.example", name="Bench")
    add_member(workspace, staff=staff, role=Role.OWNER, now=NOON)
    browser = Client()
    browser.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def _addresses(workspace) -> list[str]:
    from django.db import connection

    numbers = {}
    with connection.cursor() as cursor:
        for name, query in NUMBERS.items():
            cursor.execute(query, (workspace.pk,))
            numbers[name] = cursor.fetchone()[0]
    return [f"/{workspace.name}{page.format(**numbers)}" for page in PAGES]


def _seconds(browser, address: str) -> float:
    begin = time.perf_counter()
    browser.get(address, secure=True)
    return time.perf_counter() - begin
