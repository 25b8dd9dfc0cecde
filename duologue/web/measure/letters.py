"""Letters to those who work here: the Monday letter for whoever wants it, and reports on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from duologue.kit.text import whole_number
from duologue.measure.letters import actions
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.letters.rules import KINDS, MONDAY, as_html
from duologue.platform.audit.actions import note
from duologue.platform.staff.models import Membership
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.models import Dialogue
from duologue.web.access import inside
from duologue.web.accounts.mail import mail_is_kept_as_files
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "measure/letters"
DAYS: Final = {
    "FREQ=WEEKLY;BYDAY=MO": "every Monday",
    "FREQ=WEEKLY;BYDAY=FR": "every Friday",
    "FREQ=DAILY": "every day",
    "FREQ=MONTHLY;BYMONTHDAY=1": "on the first of the month",
}
SHOWN: Final = 12


@require_GET
@inside(Right.LOOK)
def letters(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show what goes out to whom, and the letters that the one who asks got."""
    me = member(request)
    rows = list(Letter.within(workspace).filter(next_at__isnull=False).order_by("next_at", "pk"))
    readers = list(Reader.within(workspace).filter(letter__in=rows).select_related("staff").order_by("staff__email"))
    by_letter: dict[int, list[Any]] = {row.pk: [one.staff for one in readers if one.letter_id == row.pk] for row in rows}
    mine = Issue.within(workspace).filter(staff=me).select_related("letter").order_by("-at", "-pk")[:SHOWN]
    context: dict[str, Any] = {
        "rows": [(row, DAYS.get(row.every, row.every), by_letter[row.pk]) for row in rows],
        "gets_mondays": any(row.what == MONDAY and me in by_letter[row.pk] for row in rows),
        # our own sentences, escaped where they were written; the links lead into this workspace
        "mine": [(issue, mark_safe(as_html(issue.body, ""))) for issue in mine],  # noqa: S308
        "is_kept": mail_is_kept_as_files(),
    }
    if may(getattr(request, "role", ""), Right.EDIT):
        names = Dialogue.within(workspace).filter(current__gt=0).order_by("name").values_list("name", flat=True)
        context["kinds"] = [*KINDS, *(f"report {name}" for name in names)]
        context["days"] = DAYS
        context["members"] = [row.staff for row in Membership.within(workspace).select_related("staff").order_by("staff__email")]
    return page(request, workspace, "measure/letters.html", place=PLACE, **context)


@require_POST
@inside(Right.LOOK)
def mondays(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Let the one who asks have the Monday letter."""
    letter = actions.read_mondays(workspace=workspace, staff=member(request).pk, now=now(workspace))
    note(workspace, str(request.user), "ask for letter", letter.what, staff=member(request))
    return said(request, "You get the Monday letter from next Monday on.", "measure:letters", workspace.name)


@require_POST
@inside(Right.EDIT)
def schedule(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Send a report to colleagues on a schedule."""
    asked = request.POST
    every = asked.get("rule", "").strip() or asked.get("every", "")
    staff = [number for number in map(whole_number, asked.getlist("staff")) if number is not None]
    to = ("measure:letters", workspace.name)
    try:
        letter = actions.schedule(
            workspace=workspace,
            what=asked.get("what", ""),
            every=every,
            at=asked.get("at", ""),
            form=asked.get("form", ""),
            staff=staff,
            now=now(workspace),
        )
    except actions.NotPossible as refused:
        return said(request, str(refused), *to, refused=True)
    note(workspace, str(request.user), "schedule report", letter.what, {"every": every, "staff": staff}, staff=member(request))
    return said(request, "It is sent from now on.", *to)


@require_POST
@inside(Right.LOOK)
def stop(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """End a letter for oneself; whoever may edit ends it for everybody."""
    everybody = request.POST.get("who") == "all" and may(getattr(request, "role", ""), Right.EDIT)
    found = Letter.within(workspace).filter(pk=number).first()
    if found is None:
        raise Http404
    actions.stop(workspace=workspace, letter=number, staff=None if everybody else member(request).pk)
    note(workspace, str(request.user), "stop letter", found.what, {"all": everybody}, staff=member(request))
    return said(request, "It is stopped." if everybody else "You get no more of it.", "measure:letters", workspace.name)
