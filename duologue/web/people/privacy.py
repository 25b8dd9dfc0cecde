"""What a person may ask of a brand: all that is held about them, and that it is forgotten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from duologue.people.privacy.actions import erase as erase_person
from duologue.people.privacy.queries import everything_about
from duologue.people.profiles.queries import profiles_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace


@require_POST
@inside(Right.EXPORT_PEOPLE)
@transaction.atomic
def export(request: HttpRequest, workspace: Workspace, person: int) -> HttpResponse:
    """Hand out all that any floor holds about a person, as JSON."""
    _exists(workspace, person)
    text = json.dumps(everything_about(workspace, person), indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
    note(workspace, str(request.user), "export person", str(person), staff=member(request))
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="person-{person}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@inside(Right.OWN)
@transaction.atomic
def erase(request: HttpRequest, workspace: Workspace, person: int) -> HttpResponse:
    """Erase a person for good, once their number was typed; the proof stays."""
    _exists(workspace, person)
    if request.POST.get("number", "").strip() != str(person):
        return said(request, f"Nothing was erased: type {person} to confirm.", "people:person", workspace.name, person, refused=True)
    proof = erase_person(workspace=workspace, person=person, now=now(workspace))
    note(workspace, str(request.user), "erase person", str(person), {"proof": proof.pk}, staff=member(request))
    removed = sum(proof.holders.values())
    sentence = f"Person {person} is erased (proof {proof.pk}): {removed:,} records removed. The lake follows within 24 hours."
    return said(request, sentence, "people:people", workspace.name)


def _exists(workspace: Workspace, person: int) -> None:
    if not profiles_of(workspace, [person]):
        raise Http404
