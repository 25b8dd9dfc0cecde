"""The mailbox of the test transport: what people would have found in their inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from duologue.engage.channels.models import KeptMail
from duologue.people.profiles.queries import persons_of
from duologue.platform.staff.rules import Right
from duologue.web.access import inside
from duologue.web.frames import framed, html_of, name_and_address, parsed, text_of
from duologue.web.pages import page, sliced

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE = "engage/mailbox"


@require_GET
@inside(Right.SEE_PEOPLE)
def mailbox(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the kept mail, newest first."""
    mails = sliced(KeptMail.within(workspace).defer("content"), request, "at", "id")
    return page(request, workspace, "engage/mailbox.html", place=PLACE, mails=mails)


@require_GET
@inside(Right.SEE_PEOPLE)
def mail(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Show one mail as its person sees it."""
    one = _find(workspace, number)
    message = parsed(bytes(one.content))
    context = {
        "mail": one,
        "from": name_and_address(str(message["from"] or one.sender)),
        "text": text_of(message),
        "headers": message.items(),
    }
    person = None
    if one.delivery is not None:
        person = persons_of(workspace, [one.delivery.profile_id]).get(one.delivery.profile_id)
    return page(request, workspace, "engage/mail.html", place=PLACE, person=person, **context)


@require_GET
@xframe_options_sameorigin
@inside(Right.SEE_PEOPLE)
def content(_request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Return the mail alone, for its frame."""
    return framed(html_of(parsed(bytes(_find(workspace, number).content))))


def _find(workspace: Workspace, number: int) -> KeptMail:
    found = KeptMail.within(workspace).filter(pk=number).select_related("delivery__dialogue").first()
    if found is None:
        raise Http404
    return found
