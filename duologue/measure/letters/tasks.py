"""Writing letters when they are due, and sending them as mail to staff: by a job, never by the sender of people's messages."""

from __future__ import annotations

from html import escape
from smtplib import SMTPException
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from duologue.measure.growth.actions import keep
from duologue.measure.growth.tasks import is_behind
from duologue.measure.letters import actions
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.letters.queries import may_get
from duologue.measure.letters.rules import as_html, as_page, as_text
from duologue.measure.reports.tasks import count_grown
from duologue.platform.jobs.app import app
from duologue.platform.secrets.signing import sign
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now as present

if TYPE_CHECKING:
    from datetime import datetime

NEXT: Final = "SELECT min(next_at) FROM measure_letter WHERE workspace_id = %(workspace)s"
WAITING: Final = "EXISTS (SELECT FROM measure_issue WHERE workspace_id = %(workspace)s AND state = 'waiting')"
PAGE: Final = "/accounts/letters/"
STILL: Final = (Issue.State.WAITING, Issue.State.HANDING_OVER)
log = structlog.get_logger()


def write_due(workspace: Workspace, now: datetime) -> int:
    """Write what is due: at once where the clock is virtual, by a job where it is live; return how many were due.

    What still waits from earlier, since its job ended in the middle, gets a job again.
    """
    if not Letter.within(workspace).filter(next_at__lte=now).exists():
        if not workspace.is_virtual and Issue.within(workspace).filter(state=Issue.State.WAITING).exists():
            _defer(workspace)
        return 0
    if workspace.is_virtual:
        count_grown(workspace, now)
        if is_behind(workspace, now):
            keep(workspace=workspace, now=now)
        return actions.write_due(workspace=workspace, now=now)
    with transaction.atomic():
        written = actions.write_due(workspace=workspace, now=now)
        _defer(workspace)
    return written


def _defer(workspace: Workspace) -> None:
    try:
        with transaction.atomic():
            send_letters.configure(queueing_lock=f"letters-{workspace.pk}").defer(workspace=workspace.pk)
    except AlreadyEnqueued:
        pass


def skip_due(workspace: Workspace, now: datetime) -> int:
    """Pass over what is due; return how many were."""
    return actions.skip_due(workspace=workspace, now=now)


@app.task(pass_context=False)
def send_letters(workspace: int) -> None:
    """Send what waits in a workspace."""
    room = Workspace.objects.get(pk=workspace)
    send_waiting(room, present(room))


def send_waiting(workspace: Workspace, now: datetime) -> int:
    """Send each letter that waits, once; return how many were. One whose process ends while it is handed over: perhaps sent.

    Until the server has answered it goes on waiting. Whoever stopped it, or may not look any more, gets nothing. A letter that fails does
    not stop the others.
    """
    sent, line = 0, get_connection()
    for issue in Issue.within(workspace).filter(state=Issue.State.WAITING).select_related("letter", "staff").order_by("pk"):
        reader = Reader.within(workspace).filter(letter=issue.letter_id, staff=issue.staff_id).first()
        mine = Issue.within(workspace).filter(pk=issue.pk, state=Issue.State.WAITING)
        if reader is None:
            mine.update(state=Issue.State.FAILED, detail="They stopped it before it left.")
            continue
        if not may_get(workspace, [issue.staff_id]):
            mine.update(state=Issue.State.FAILED, detail="They do not work here any more, or may not look at results.")
            continue
        state, detail = Issue.State.SENT, ""
        try:
            line.open()
            if not mine.update(state=Issue.State.HANDING_OVER, at=now):
                continue
            line.send_messages([_mail(workspace, issue, reader)])
            sent += 1
        except (OSError, SMTPException) as trouble:
            state, detail = Issue.State.FAILED, f"The mail server did not take it: {type(trouble).__name__}."
        except Exception as trouble:  # noqa: BLE001  one broken letter must not keep the others back
            state, detail = Issue.State.FAILED, f"It could not be made into mail: {type(trouble).__name__}."
            log.error("letter_failed", workspace=workspace.name, issue=issue.pk, error=type(trouble).__name__)  # noqa: TRY400 its text may name people
        if state == Issue.State.FAILED:
            line.close()  # the next one calls anew
        Issue.within(workspace).filter(pk=issue.pk, state__in=STILL).update(state=state, detail=detail)
    line.close()
    return sent


def _mail(workspace: Workspace, issue: Issue, reader: Reader) -> EmailMultiAlternatives:
    origin = settings.PUBLIC_URL
    off = f"{origin}{PAGE}{sign('letter', workspace.pk, reader.pk)}/"
    ends = f"You asked for this at {workspace.title}, or a colleague did for you. To stop it:"
    headers = {"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    text = f"{as_text(issue.body, origin)}\n\n{ends}\n{off}\n"
    mail = EmailMultiAlternatives(issue.subject, text, None, [issue.staff.email], headers=headers)
    foot = f'<hr><p><small>{escape(ends)} <a href="{off}">no more of it</a></small></p>'
    mail.attach_alternative(as_page(issue.subject, as_html(issue.body, origin) + foot), "text/html")
    if issue.table:
        mail.attach(f"{issue.letter.what.replace(' ', '-')}-{issue.day}.csv", issue.table, "text/csv")
    return mail
