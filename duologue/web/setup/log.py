"""The log of who changed what: searched on screen, and taken along as a table."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from duologue.kit.clock import zone_named
from duologue.kit.text import no_formula
from duologue.platform.audit.queries import Asked, every, find, people_and_actions
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.pages import PAGE_SIZE, as_table, moment_and_number, page

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from duologue.platform.workspaces.models import Workspace

MOST: Final = 50_000  # entries in one table; the command line gives any number
FILTERS: Final = ("who", "what", "from", "to", "word")
HEADINGS: Final = ("at", "who", "what", "subject", "detail")
NO_DATE: Final = "A day is written like 2026-11-22. Correct the days, or leave them empty."


@require_GET
@inside(Right.OWN)
def log(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List who changed what, newest first, of those that were asked for."""
    asked, mistake = _asked(request.GET, workspace)
    found = find(workspace, asked, before=moment_and_number(request.GET.get("after", "")), most=PAGE_SIZE)
    who, what = people_and_actions(workspace)
    given = {key: value for key in FILTERS if (value := request.GET.get(key, "").strip())}
    last = found.following
    response = page(
        request,
        workspace,
        "setup/log.html",
        place="setup/setup",
        entries=found.entries,
        following=f"{last[0].isoformat()}_{last[1]}".replace("+00:00", "Z") if last else "",
        cut_at=last[0] if last and found.is_cut else None,
        given={**dict.fromkeys(FILTERS, ""), **given, "since": given.get("from", "")},
        keep=urlencode(given),
        is_asked=bool(given),
        people=who,
        actions=what,
        mistake=mistake,
        most=MOST,
    )
    response.status_code = 400 if mistake else 200
    return response


@require_GET
@inside(Right.OWN)
def as_csv(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Give the entries that were asked for as a table, at most 50,000 of them."""
    asked, mistake = _asked(request.GET, workspace)
    if mistake:
        return HttpResponse(mistake, status=400, content_type="text/plain; charset=utf-8")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(HEADINGS)
    for one in every(workspace, asked, most=MOST):
        detail = json.dumps(one.detail, ensure_ascii=False) if one.detail else ""
        table.writerow([one.at.isoformat(), *map(no_formula, (one.actor, one.action, one.subject, detail))])
    return as_table(out.getvalue(), f"{workspace.name}-log")


def _asked(given: QueryDict, workspace: Workspace) -> tuple[Asked, str]:
    """Return what an address asks for, and a sentence where one of its days is none; a null character is in no entry."""
    said = {key: given.get(key, "").strip()[:200].replace("\x00", "") for key in FILTERS}
    asked = Asked(who=said["who"], what=said["what"], word=said["word"])
    try:
        since = _begin_of(said["from"], workspace) if said["from"] else None
        until = _begin_of(said["to"], workspace, days=1) if said["to"] else None
    except (ValueError, OverflowError):
        return asked, NO_DATE
    return replace(asked, since=since, until=until), ""


def _begin_of(day: str, workspace: Workspace, days: int = 0) -> datetime:
    begins = datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), tzinfo=zone_named(workspace.timezone, "UTC"))
    return begins.astimezone(UTC)
