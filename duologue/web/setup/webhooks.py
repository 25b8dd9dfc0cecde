"""Webhooks out: which programs are told of what, how far each one is, and what it did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.endpoints import actions, queries
from duologue.engage.endpoints.rules import FORMER_STAYS
from duologue.engage.endpoints.trying import try_out
from duologue.kit.clock import zone_named
from duologue.kit.pipeline import Refused
from duologue.kit.text import whole_number
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

PLACE = "setup/setup"
SAID = {
    "save": "change webhook",
    "secret": "change webhook secret",
    "again": "tell webhook again",
    "untaken": "send untaken again",
}
MOST = 100


@require_GET
@inside(Right.OWN)
def webhooks(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the endpoints with what waits for each."""
    fresh = request.session.pop("fresh_webhook", None)
    return page(
        request,
        workspace,
        "setup/webhooks.html",
        place=PLACE,
        rows=queries.standings(workspace),
        known=queries.event_names(workspace),
        fresh=fresh,
        stays=FORMER_STAYS,
    )


@require_GET
@inside(Right.OWN)
def webhook(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Show one, with the events it did not take."""
    found = next((one for one in queries.standings(workspace) if one.endpoint.name == name), None)
    if found is None:
        raise Http404
    context = {"one": found.endpoint, "standing": found, "untaken": queries.untaken(workspace, found.endpoint, most=MOST), "most": MOST}
    fresh = request.session.pop("fresh_webhook", None)
    return page(request, workspace, "setup/webhook.html", place=PLACE, fresh=fresh, known=queries.event_names(workspace), **context)


@require_POST
@inside(Right.OWN)
def add(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Tell a program from now on; its secret is shown once."""
    name, given = request.POST.get("name", "").strip(), request.POST
    wishes: dict[str, Any] = {"events": _events(given.get("events", "")), "addresses": given.get("addresses") == "yes"}
    try:
        with transaction.atomic():
            secret = actions.add_endpoint(
                workspace=workspace,
                name=name,
                url=given.get("url", ""),
                is_test=given.get("is_test") == "yes",
                now=now(workspace),
                **wishes,
            )
            _note(request, workspace, "add webhook", name, wishes)
    except Refused as refusal:
        return said(request, refusal.sentence, "setup:webhooks", workspace.name, refused=True)
    request.session["fresh_webhook"] = {"says": f"This secret signs the calls to {name}. Copy it now; it is shown this once.", "it": secret}
    return said(request, f"{name} is told from now on.", "setup:webhook", workspace.name, name)


@require_POST
@inside(Right.OWN)
def change(request: HttpRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Do one of the things that can be done to an endpoint, as the button says."""
    do, at = request.POST.get("do", ""), now(workspace)
    about: dict[str, Any] = {}
    try:
        with transaction.atomic():
            sentence = _done(request, workspace, name, do, at, about)
            if do != "try":
                _note(request, workspace, SAID.get(do, f"{do} webhook"), name, about)
    except Refused as refusal:
        if refusal.reason == "unknown endpoint":
            raise Http404 from refusal
        return said(request, refusal.sentence, "setup:webhook", workspace.name, name, refused=True)
    if do == "forget":
        return said(request, sentence, "setup:webhooks", workspace.name)
    return said(request, sentence, "setup:webhook", workspace.name, name)


def _done(request: HttpRequest, workspace: Workspace, name: str, do: str, at: datetime, about: dict[str, Any]) -> str:  # noqa: PLR0917
    """Do it, put what the log is to say of it into `about`, and return a sentence. Raises Refused."""
    given = request.POST
    if do == "save":
        wishes = {"addresses": given.get("addresses") == "yes", "is_test": given.get("is_test") == "yes"}
        about |= actions.change_endpoint(
            workspace=workspace, name=name, url=given.get("url", ""), events=_events(given.get("events", "")), now=at, **wishes
        )
        return "Kept."
    if do == "pause":
        actions.pause_endpoint(workspace=workspace, name=name, now=at)
        return f"{name} is told nothing for the time being; what happens waits for it."
    if do == "resume":
        actions.resume_endpoint(workspace=workspace, name=name, now=at)
        return f"{name} is told on from where it stands."
    if do == "secret":
        secret = actions.new_secret(workspace=workspace, name=name, now=at)
        request.session["fresh_webhook"] = {"says": "The new secret. Copy it now; for 24 hours the former one signs too.", "it": secret}
        return "Signed with a new secret from now on."
    if do == "again":
        actions.tell_again(
            workspace=workspace, name=name, since=_since(given.get("since", ""), workspace), message=given.get("from", "").strip(), now=at
        )
        about["since"] = given.get("from", "").strip()[:80] or given.get("since", "")[:40]
        return f"{name} is told again from there."
    if do == "untaken":
        numbers = [number for value in given.getlist("event") if (number := whole_number(value)) is not None]
        sent = actions.send_untaken_again(workspace=workspace, name=name, events=numbers, now=at)
        about["events"] = sent
        return "It is sent again." if sent == 1 else f"{sent} are sent again."
    if do == "try":
        failure = try_out(workspace=workspace, name=name, now=at)
        if failure is not None:
            raise Refused("not taken", f"It did not take the call: {failure.reason}.")
        return "It took the call."
    if do == "forget":
        if not actions.forget_endpoint(workspace=workspace, name=name):
            raise Refused("unknown endpoint", "There is no such endpoint.")
        return f"{name} is told no more."
    raise Refused("no such thing", "Choose one of the buttons.")


def _events(text: str) -> list[str]:
    return text.replace(",", "\n").splitlines()


def _since(text: str, workspace: Workspace) -> datetime | None:
    """Return a moment that was chosen on the workspace's clock; raises Refused."""
    if not text.strip():
        return None
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Refused("no moment", "Choose a day and a time.")
    return found if found.tzinfo else found.replace(tzinfo=zone_named(workspace.timezone, "UTC"))


def _note(request: HttpRequest, workspace: Workspace, what: str, name: str, detail: dict[str, Any]) -> None:
    note(workspace, str(request.user), what, name, detail, staff=member(request))
