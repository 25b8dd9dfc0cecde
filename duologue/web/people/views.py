"""Finding people, and everything about one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from duologue.people.consent.queries import purposes
from duologue.people.consent.rules import KIND_OF
from duologue.people.profiles.finding import search
from duologue.people.profiles.queries import people as known_people
from duologue.people.profiles.queries import persons_of
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import moment_and_number, page
from duologue.web.people import reads
from duologue.web.people.telling import Names, products_in, surveys_in, told
from duologue.web.strategize.options import options_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace

MOST_FOUND = 50
CHANNELS = [channel for channel, kind in KIND_OF.items() if kind in {"email", "phone"}]  # by which one may say yes or no


@require_GET
@inside(Right.SEE_PEOPLE)
def people(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List the people whose name or identifier begins with the given words; without any, those last seen."""
    sought = request.GET.get("q", "").strip()[:200]
    found = search(workspace, sought, MOST_FOUND)
    reached = reads.reached_by(workspace, [one.person for one in found])
    rows = [{"found": one, "identifiers": reached.get(one.person, [])} for one in found]
    return page(request, workspace, "people/people.html", place="people/people", sought=sought, rows=rows, most=MOST_FOUND)


@require_GET
@inside(Right.SEE_PEOPLE)
def person(request: HttpRequest, workspace: Workspace, person: int) -> HttpResponse:
    """Show one person: what was said and done, what is known, what may be sent."""
    at = now(workspace)
    known = known_people(workspace, [person]).get(person)
    if known is None:
        owner = persons_of(workspace, [person]).get(person)
        if owner is None or owner == person:
            raise Http404
        return redirect("people:person", workspace.name, owner)
    before = moment_and_number(request.GET.get("after", ""))
    events, following = reads.events(workspace, known.profile_ids, before)
    context = {
        "person": known,
        "talk": told(events, workspace.timezone, _names(workspace, events)),
        "following": following,
        "facts": reads.facts(workspace, known.profile_ids),
        "consents": reads.consents(workspace, person),
        "statements": reads.statements(workspace, known.profile_ids),
        "purposes": [one for one in purposes(workspace).values() if one.basis == "consent"],
        "channels": CHANNELS,
        "pauses": reads.pauses(workspace, known.profile_ids, at),
        "segments": reads.segments(workspace, person),
        "runs": reads.runs(workspace, known.profile_ids),
        "perks": reads.perks(workspace, known.profile_ids),
        "merges": reads.merges(workspace, person),
        "conversation": reads.conversation(workspace, known.profile_ids),
        "not_sent": reads.not_sent(workspace, known.profile_ids),
    }
    return page(request, workspace, "people/person.html", place="people/people", now=at, **context)


def _names(workspace: Workspace, events: list[dict[str, Any]]) -> Names:
    return Names(reads.product_names(workspace, products_in(events)), options_of(workspace, surveys_in(events)))
