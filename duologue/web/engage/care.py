"""How people are cared for: target times, ready answers, goodwill; and changing them as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.views.decorators.http import require_http_methods

from duologue.engage.care.actions import save_care
from duologue.engage.care.queries import FILE, current, source
from duologue.kit.yaml import Mistakes
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

EXAMPLE = """# How we care. Times count only in these hours.
hours: "Mo-Fr 09:00-17:30"
targets: {complaint: 4h, question: 8h, any: 16h}
answers:
  looking:
    title: We are looking into it
    text: |
      Dear {{ person.first_name | default: "customer" }},

      thank you for telling us. I am looking into it, and write again by tomorrow evening.

      {{ member.name }}
"""


@require_http_methods(["GET", "HEAD", "POST"])
@inside(Right.LOOK)
def care(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the care in force; a POST puts another text in force, or says line by line what is wrong with it."""
    if request.method != "POST":
        return _page(request, workspace, source(workspace) or EXAMPLE, [])
    if not may(request.role, Right.EDIT):  # type: ignore[attr-defined]
        raise PermissionDenied
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        with transaction.atomic():
            save_care(workspace=workspace, source=text, now=now(workspace))
            note(workspace, str(request.user), "change care", FILE, staff=member(request))
    except Mistakes as found:
        return _page(request, workspace, text, [str(mistake) for mistake in found.mistakes], status=422)
    return said(request, "It holds from now on. Times that were promised before stay as they were.", "engage:care", workspace.name)


def _page(request: HttpRequest, workspace: Workspace, text: str, mistakes: list[str], status: int = 200) -> HttpResponse:
    context = {"care": current(workspace), "written": source(workspace), "text": text, "mistakes": mistakes}
    answer = page(request, workspace, "engage/care.html", place="engage/care", **context)
    answer.status_code = status
    return answer
