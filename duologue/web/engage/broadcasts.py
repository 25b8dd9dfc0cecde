"""Broadcasts and newsletters: the list, the one screen each is made on, and how its letters do."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duologue.engage.broadcasts import actions, queries
from duologue.engage.broadcasts.lately import seconds
from duologue.engage.broadcasts.rules.texts import VARIANTS, Broadcast, message_text
from duologue.engage.messages.checks import check_message
from duologue.engage.messages.models import MessageVersion
from duologue.engage.messages.queries import NoSuchMessage, Rendered, render_preview, render_source
from duologue.engage.messages.trying_out import colleagues
from duologue.engage.runs.moving import NotPossible
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.text import whole_number
from duologue.kit.yaml import Mistakes
from duologue.people.consent.queries import purposes
from duologue.people.profiles.queries import people
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right, may
from duologue.platform.workspaces.queries import now
from duologue.strategize.campaigns.queries import campaigns
from duologue.strategize.segments.models import Segment
from duologue.strategize.segments.queries import each_member
from duologue.web.access import inside
from duologue.web.engage.broadcast_form import BY, LIMITS, RULES, Read, read_form
from duologue.web.frames import framed
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.engage.broadcasts.queries import Found
    from duologue.platform.workspaces.models import Workspace

PLACE: Final = "engage/broadcasts"
USUAL: Final = Broadcast("", first=100, limits=LIMITS)
READERS: Final = 6
OFTEN, SELDOM = 3, 30  # seconds
ON_PAPER: Final = "font:15px system-ui;padding:1rem"
WAITS: Final = {
    "": "wait for their turn",
    "test": "wait for the subject that does best",
    "window": "wait for an hour at which mail is welcome",
    "cap": "have heard enough for now, and get it later",
    "paused": "wait until a pause or a complaint is over",
    "warm_up": "wait for a day on which their place in the warm-up is free",
    "no_relay": "wait for a way out",
    "relay_resting": "wait for a relay that is resting",
}


@require_GET
@inside(Right.LOOK)
def broadcasts(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List broadcasts and newsletters, the newest first."""
    rows = queries.broadcasts(workspace, now(workspace))
    return page(request, workspace, "engage/broadcasts.html", place=PLACE, rows=rows)


@require_http_methods(["GET", "POST"])
@inside(Right.EDIT)
def new(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Show the empty screen; a POST keeps the draft."""
    if request.method == "POST":
        return _save(request, workspace, None)
    copied = queries.find(workspace, request.GET.get("from", ""), now(workspace)) if "from" in request.GET else None
    one = replace(copied.broadcast, name="", about="", when="now") if copied and copied.broadcast else USUAL
    return _screen(request, workspace, Read(one), None)


@require_http_methods(["GET", "POST"])
@inside(Right.LOOK)
def broadcast(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show the screen of one that may still be changed, else how its letters do; a POST keeps what was changed."""
    one = _find(workspace, name)
    may_edit = may(getattr(request, "role", ""), Right.EDIT)
    if one.broadcast is not None and may_edit and actions.may_change(workspace, one.dialogue):
        return _save(request, workspace, one) if request.method == "POST" else _screen(request, workspace, Read(one.broadcast), one)
    if request.method == "POST":
        return said(request, "It has begun to leave, so what it says stays.", "engage:broadcast", workspace.name, name, refused=True)
    context = {"not_let_in": queries.not_let_in(workspace, one), **_numbers(workspace, one)}
    return page(request, workspace, "engage/broadcast.html", place=PLACE, one=one, **context)


@require_GET
@inside(Right.LOOK)
def numbers(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Return the numbers alone, as they grow."""
    one = _find(workspace, name)
    context = {"workspace": workspace, "now": now(workspace), "one": one, **_numbers(workspace, one)}
    return render(request, "engage/broadcast_numbers.html", context)


@require_POST
@xframe_options_sameorigin
@inside(Right.EDIT)
def preview(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Return what is being written as a person of one's choice would read it, for its frame."""
    one = read_form(request.POST, "draft").broadcast
    reader = whole_number(request.POST.get("reader", "")) if may(getattr(request, "role", ""), Right.SEE_PEOPLE) else None
    if not one.message and not (one.subject or one.body):
        return framed(f"<p style='{ON_PAPER};color:#5b616b'>What you write is shown here.</p>")
    try:
        if one.message:
            shown = render_preview(workspace, one.message, reader)
        else:
            written = replace(one, name="draft", subject=one.subject or "…", body=one.body or "…")
            shown = render_source(workspace, message_text(written), "draft", reader)
    except (Mistakes, ContentFailed, NoSuchMessage) as failed:
        return framed(format_html(f"<p style='{ON_PAPER};color:#b42318;white-space:pre-wrap'>{{}}</p>", _plainly(failed)))
    return framed(_as_in_the_inbox(shown, one.preview))


@require_POST
@inside(Right.PUBLISH)
def send(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Send a broadcast, or set it for its moment, once somebody has confirmed the number of people it is for."""
    one = _find(workspace, name)
    to = ("engage:broadcast", workspace.name, name)
    confirmed, size = whole_number(request.POST.get("people", "")), _size(workspace, one.plan.audience)
    if confirmed != size:
        return said(request, f"Its segment has {size:,} people now, not {confirmed or 0:,}. Look again, then send.", *to, refused=True)
    try:
        actions.send(workspace=workspace, name=name, now=now(workspace), staff=member(request))
    except (NotPossible, Mistakes) as refused:
        return said(request, str(refused), *to, refused=True)
    note(workspace, str(request.user), "send broadcast", name, {"people": size}, staff=member(request))
    return said(request, f"It is set to leave to {size:,} {'person' if size == 1 else 'people'}.", *to)


def _save(request: HttpRequest, workspace: Workspace, one: Found | None) -> HttpResponse:
    read = read_form(request.POST, one.dialogue.name if one else "")
    if not read.faults:
        try:
            by = member(request)
            kept = actions.save(workspace=workspace, broadcast=read.broadcast, now=now(workspace), staff=by, is_new=one is None)
        except NotPossible as refused:
            read.faults["form"] = str(refused)
        except Mistakes as mistakes:
            read.faults["form"] = _plainly(mistakes)
        else:
            note(workspace, str(request.user), "save broadcast", kept.name, staff=member(request))
            return redirect("engage:broadcast", workspace.name, kept.name)
    answer = _screen(request, workspace, read, one)
    answer.status_code = 422
    return answer


def _screen(request: HttpRequest, workspace: Workspace, read: Read, one: Found | None) -> HttpResponse:
    """Show the one screen."""
    asked = read.broadcast
    found = list(Segment.within(workspace).order_by("name"))
    kept = list(MessageVersion.within(workspace).filter(number=F("message__current")).select_related("message").order_by("message__name"))
    there = [(row.message.name, list(row.data["message"].get("variants") or {})) for row in kept]
    sees_people = may(getattr(request, "role", ""), Right.SEE_PEOPLE)
    context: dict[str, Any] = {
        "one": one,
        "asked": {**asdict(asked), "own": asked.own},
        "faults": read.faults,
        "segments": found,
        "size": next((segment.size for segment in found if segment.name == asked.segment), 0),
        "campaigns": _campaigns(workspace, asked.campaign),
        "purposes": [purpose for purpose in purposes(workspace).values() if purpose.basis == "consent"],
        "texts": [(name, variants) for name, variants in there if not one or name != one.dialogue.name],
        "subjects": [(number + 2, asked.subjects[number] if number < len(asked.subjects) else "") for number in range(len(VARIANTS))],
        "rules": RULES if asked.rule in RULES or not asked.rule else {**RULES, asked.rule: asked.rule},
        "by": BY,
        "readers": _readers(workspace, asked.segment) if sees_people else [],
    }
    if one is not None and not read.faults:
        context |= _before(workspace, one)
    return page(request, workspace, "engage/broadcast_form.html", place=PLACE, **context)


def _campaigns(workspace: Workspace, chosen: str) -> list[tuple[str, str]]:
    """Return the campaigns that a broadcast can be part of, by name and title; the chosen one even where nothing describes it."""
    known = {found.campaign.campaign: found.campaign.name for found in campaigns(workspace)}
    return list(({chosen: chosen} | known if chosen else known).items())


def _before(workspace: Workspace, one: Found) -> dict[str, Any]:
    """Return what to know before sending: what to look at in the letter, and where the moment has passed."""
    (turn,) = one.plan.turns.values()
    found: dict[str, Any] = {"says": turn.message, "colleagues": colleagues(workspace)}
    try:
        found["findings"] = check_message(workspace, turn.message or "", audience=one.plan.audience)
    except (NoSuchMessage, ContentFailed) as failed:
        found["trouble"] = str(failed)
    if one.broadcast is not None and one.broadcast.when == "at":
        found["missed"] = actions.passed(workspace, one.plan, now(workspace))
    return found


def _numbers(workspace: Workspace, one: Found) -> dict[str, Any]:
    said_there = queries.said_of(workspace, one.plan, {})
    (turn,) = one.plan.turns.values()
    return {
        "taken": queries.taken(workspace, one, said_there),
        "waits": [(count, WAITS.get(why, why.replace("_", " ")), at) for why, count, at in queries.waits_for(workspace, one)],
        "turn": turn,
        "by": BY,
        "size": _size(workspace, one.plan.audience),
        "moves": one.standing in {"sending", "scheduled"},
        "often": f"{_often(one)}s",
    }


def _often(one: Found) -> int:
    """Return after how many seconds the numbers are asked for again: soon while letters leave, later the more there are to count."""
    return int(max(OFTEN, seconds(one.planned, moves=True))) if one.standing == "sending" else SELDOM


def _readers(workspace: Workspace, segment: str) -> list[tuple[int, str]]:
    """Return a few people of a segment by name, to read as."""
    some = next(iter(each_member(workspace, segment, at_once=READERS)), []) if segment else []
    known = people(workspace, some, facts=())
    return [(number, known[number].name or f"Person {number}") for number in some if number in known]


def _size(workspace: Workspace, segment: str) -> int:
    return Segment.within(workspace).filter(name=segment).values_list("size", flat=True).first() or 0


def _find(workspace: Workspace, name: str) -> Found:
    found = queries.find(workspace, name, now(workspace))
    if found is None:
        raise Http404
    return found


def _plainly(failed: Exception) -> str:
    """Return mistakes without the places of a file that nobody has seen."""
    return "\n".join(mistake.sentence for mistake in failed.mistakes) if isinstance(failed, Mistakes) else str(failed)


def _as_in_the_inbox(shown: Rendered, preheader: str) -> str:
    line = format_html(
        "<div style='font:14px/1.4 system-ui,sans-serif;padding:.7rem 1rem;border-bottom:1px solid #d9dce1;background:#fff;color:#1a1c1f'>"
        "<b>{}</b> <span style='color:#5b616b'>{}</span></div>",
        shown.subject,
        preheader,
    )
    head, body, rest = shown.html.partition("<body")
    opening, closed, inside_of = rest.partition(">")
    return f"{head}{body}{opening}{closed}{line}{inside_of}" if body else f"{line}{shown.html}"
