"""How a message was received: the message as sent with the share of clicks on each link, by receiving domain, by variant."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from duologue.engage.messages.queries import NoSuchMessage, Rendered, render_preview
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.text import whole_number
from duologue.measure.reception.rules import why_left
from duologue.measure.reports.messages import of_message
from duologue.measure.reports.rules import as_csv as written
from duologue.platform.secrets.signing import read as read_token
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue
from duologue.web.access import inside
from duologue.web.frames import framed
from duologue.web.measure.counting import counted
from duologue.web.pages import as_table, page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "measure/reports"
TRACKED: Final = re.compile(r'href="([^"]*/l/([A-Za-z0-9_-]+))"')
BADGE: Final = (
    "a[href='{0}']{{outline:2px solid rgba(180,83,31,{1:.2f});outline-offset:2px}}"
    "a[href='{0}']::after{{content:'{2}';display:inline-block;margin-left:6px;padding:1px 7px;border-radius:9px;"
    "background:#8a3d12;color:#fff;font:600 12px/1.5 system-ui,sans-serif;text-decoration:none}}"
)


@require_GET
@inside(Right.LOOK)
def message(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show how a message was received, in one dialogue (?within=) or in all that say it."""
    dialogue, at = request.GET.get("within", ""), now(workspace)
    under_way = _count(workspace, dialogue, at, anew="count" in request.GET)
    found = of_message(workspace, name, dialogue)
    if found is None and not under_way:
        raise Http404
    context: dict[str, Any] = {"name": name, "dialogue": dialogue, "found": found, "is_being_counted": under_way}
    if found:
        version = _version(request, found)
        links = found["links"].get(version, {})
        context |= {"version": version, "links": links, "counted_at": datetime.fromisoformat(found["at"])}
        context |= {"machine": sum(link["machine"] for link in links.values()), "shows": _rendered(workspace, name, version) is not None}
        context["reasons"] = [(why_left(reason), number) for reason, number in found["reasons"].items()]
        context["warnings"] = [(domain, one["warning"]) for domain, one in found["domains"].items() if one["warning"]]
    return page(request, workspace, "measure/message.html", place=PLACE, now=at, **context)


@require_GET
@xframe_options_sameorigin
@inside(Right.LOOK)
def link_map(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the message as sent, each link with its share of the clicks, for its frame."""
    found = of_message(workspace, name, request.GET.get("within", ""))
    version = _version(request, found) if found else ""
    rendered = _rendered(workspace, name, version)
    if found is None or rendered is None:
        raise Http404
    return framed(with_shares(rendered.html, found["links"].get(version, {})))


@require_GET
@inside(Right.LOOK)
def as_json(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the same as JSON, as the API gives it."""
    return JsonResponse(_found(request, workspace, name), json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_GET
@inside(Right.LOOK)
def as_csv(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the same as CSV, one figure on each line."""
    return as_table(written(_found(request, workspace, name)), name)


def with_shares(html: str, links: dict[str, Any]) -> str:
    """Return a message with a style of its own that writes beside each tracked link what share of the clicks it had."""
    rules = {}
    for href, token in TRACKED.findall(html):
        numbers = read_token("click", token)
        link = links.get(str(numbers[2])) if numbers and len(numbers) == 3 else None
        share = link["share"] if link else 0.0
        rules[href] = BADGE.format(href, 0.25 + 0.75 * share, f"{100 * share:.0f} %")
    style = f"<style>{''.join(rules.values())}</style>"
    return html.replace("</head>", f"{style}</head>", 1) if "</head>" in html else style + html


def _found(request: HttpRequest, workspace: Workspace, name: str) -> dict[str, Any]:
    dialogue = request.GET.get("within", "")
    _count(workspace, dialogue, now(workspace), anew=False)
    found = of_message(workspace, name, dialogue)
    if found is None:
        raise Http404
    return found


def _count(workspace: Workspace, dialogue: str, at: datetime, *, anew: bool) -> bool:
    """See to it that the dialogue asked for is counted; say whether a job is at it."""
    one = Dialogue.within(workspace).filter(name=dialogue).first() if dialogue else None
    return one is not None and counted(workspace, one, at, anew=anew).under_way


def _version(request: HttpRequest, found: dict[str, Any]) -> str:
    """Return the version asked for, or else the newest one in which anybody clicked; "" where nobody did."""
    asked = request.GET.get("version", "")
    return asked if asked in found["links"] else max(found["links"], key=int, default="")


def _rendered(workspace: Workspace, name: str, version: str) -> Rendered | None:
    try:
        return render_preview(workspace, name, number=whole_number(version) or None)
    except (NoSuchMessage, ContentFailed):
        return None
