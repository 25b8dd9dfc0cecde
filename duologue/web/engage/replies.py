"""What a member does with a conversation: answers it, writes beside it, takes it, hands it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.views.decorators.http import require_POST

from duologue.engage.care.saying import ready_answer
from duologue.engage.conversations import actions
from duologue.engage.conversations.goodwill import give
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.clock import zone_named
from duologue.kit.text import whole_number
from duologue.people.profiles.queries import people, persons_of
from duologue.platform.audit.actions import note as note_in_log
from duologue.platform.staff.models import Membership
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.engage.inbox import find, show
from duologue.web.pages import member, said
from duologue.web.public.words import WORDS, language_of
from duologue.web.templatetags.look import day_in

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from duologue.engage.conversations.models import Conversation
    from duologue.engage.perks.actions import Reserved
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.CARE)
def answer(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Send the person what was written, unless somebody else has answered them meanwhile."""
    one = find(workspace, number)
    text = request.POST.get("text", "").strip()
    if not text:
        return show(request, workspace, one, trouble="Write something first; nothing was sent.", status=422)
    seen, offer, at = whole_number(request.POST.get("seen", "")), request.POST.get("gift", ""), now(workspace)
    try:
        with transaction.atomic():
            gifts = {offer: _given(request, workspace, one, offer, at)} if offer else {}
            said_all = "\n\n".join(part for part in (text, *(_read(workspace, one, gift) for gift in gifts.values())) if part)
            actions.answer(workspace=workspace, conversation=one.pk, text=said_all, staff=member(request), seen=seen, gifts=gifts, now=at)
            note_in_log(workspace, str(request.user), "answer conversation", str(one.pk), staff=member(request))
    except actions.Refused as refused:
        status = 409 if refused.reason == "overtaken" else 422
        kept = {"text": text, "gift": offer, "trouble": str(refused)}
        return show(request, workspace, find(workspace, number), status=status, **kept)
    sentence = "Your answer is on its way, with what you gave." if offer else "Your answer is on its way."
    return said(request, sentence, "engage:conversation", workspace.name, number)


def _given(request: HttpRequest, workspace: Workspace, one: Conversation, offer: str, at: datetime) -> Reserved:
    """Set a perk aside in the member's name. Raises Refused."""
    perk = give(workspace=workspace, conversation=one.pk, offer=offer, staff=member(request), now=at)
    note_in_log(workspace, str(request.user), "give goodwill", str(perk.perk), {"offer": offer, "cost": perk.cost}, staff=member(request))
    return perk


def _read(workspace: Workspace, one: Conversation, perk: Reserved) -> str:
    """Return how the person reads of a perk, in their language."""
    person = persons_of(workspace, [one.profile_id])[one.profile_id]
    locale = people(workspace, [person], (), identifiers=False)[person].locale
    language = language_of(locale or workspace.locale)
    words, parts = WORDS[language], [perk.says]
    if perk.points:
        parts.append(f"{perk.points} {words['gift_points']}")
    if perk.code:
        ends = perk.expires_at.astimezone(zone_named(workspace.timezone)) if perk.expires_at else None
        until = f", {words['gift_until']} {day_in(ends, language)}" if ends else ""
        parts.append(f"{words['gift_code']} {perk.code}{until}.")
    return "\n".join(part for part in parts if part)


@require_POST
@inside(Right.CARE)
def insert(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Put a ready answer below what was written; nothing is sent, and nothing that was written is lost."""
    one = find(workspace, number)
    text, gift = request.POST.get("text", "").rstrip(), request.POST.get("gift", "")
    person = persons_of(workspace, [one.profile_id]).get(one.profile_id, one.profile_id)
    name = request.POST.get("ready", "")
    try:
        words = ready_answer(workspace, name, people(workspace, [person])[person], member(request)) if name else None
    except ContentFailed as failed:
        return show(request, workspace, one, text=text, gift=gift, trouble=f"{failed}. Nothing was put in.", status=422)
    if words is None:
        return show(request, workspace, one, text=text, gift=gift, trouble="Choose a ready answer first.", status=422)
    return show(request, workspace, one, text=f"{text}\n\n{words}" if text else words, gift=gift)


@require_POST
@inside(Right.CARE)
def note(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Write something beside the conversation that only staff see."""
    one = find(workspace, number)
    text = request.POST.get("text", "").strip()
    if not text:
        return show(request, workspace, one, trouble="Write something first; nothing was noted.", status=422)
    with transaction.atomic():
        actions.note(workspace=workspace, conversation=one.pk, text=text, now=now(workspace), staff=member(request))
        note_in_log(workspace, str(request.user), "note conversation", str(one.pk), staff=member(request))
    return said(request, "Noted; only colleagues see it.", "engage:conversation", workspace.name, number)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def assign(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Give the conversation to a colleague, to oneself, or to nobody."""
    one = find(workspace, number)
    place = ("engage:conversation", workspace.name, number)
    wanted = request.POST.get("to", "")
    to = _colleague(workspace, wanted)
    if wanted and to is None:
        return said(request, "Nobody of that name answers here; nothing was changed.", *place, refused=True)
    was = whole_number(request.POST.get("was", ""))
    try:
        actions.assign(workspace=workspace, conversation=one.pk, to=to, was=was)
    except actions.Refused as refused:
        return said(request, str(refused), *place, refused=True)
    note_in_log(
        workspace, str(request.user), "assign conversation", str(one.pk), {"to": str(to) if to else "nobody"}, staff=member(request)
    )
    whose = "It is nobody's now." if to is None else "It is yours now." if to == member(request) else f"It is {to}'s now."
    return said(request, whose, *place)


@require_POST
@inside(Right.CARE)
@transaction.atomic
def close(request: HttpRequest, workspace: Workspace, number: int) -> HttpResponse:
    """Close a conversation with its outcome, and hand it back to the automation."""
    one = find(workspace, number)
    outcome = request.POST.get("outcome", "").strip()[:40]
    if not outcome:
        return said(request, "Say how it ended.", "engage:conversation", workspace.name, number, refused=True)
    if actions.close(workspace=workspace, conversation=one.pk, outcome=outcome, now=now(workspace), staff=member(request)):
        note_in_log(workspace, str(request.user), "close conversation", str(one.pk), {"outcome": outcome}, staff=member(request))
        return said(request, f"Closed: {outcome}. What was paused for it goes on.", "engage:inbox", workspace.name)
    return said(request, f"It was closed already: {one.outcome}.", "engage:inbox", workspace.name, refused=True)


def _colleague(workspace: Workspace, wanted: str) -> Staff | None:
    number = whole_number(wanted)
    found = Membership.within(workspace).filter(staff=number).select_related("staff").first() if number is not None else None
    return found.staff if found is not None and may(found.role, Right.CARE) else None
