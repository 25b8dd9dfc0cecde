"""Ending a letter to staff by the link in it, signed in or not: a button for people, a POST for mail programs (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from duologue.measure.letters.actions import stop
from duologue.measure.letters.models import Reader
from duologue.platform.secrets import signing
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button that ends a letter for the one it was sent to; a POST ends it, and again changes nothing."""
    numbers = signing.read("letter", token)
    workspace = Workspace.objects.filter(pk=numbers[0]).first() if numbers and len(numbers) == 2 else None
    if workspace is None or numbers is None:
        return render(request, "account/no_such_link.html", status=404)
    reader = Reader.within(workspace).filter(pk=numbers[1]).select_related("letter").first()
    if request.method == "POST" and reader is not None:
        stop(workspace=workspace, letter=reader.letter_id, staff=reader.staff_id)
        reader = None
    return render(request, "account/letter.html", {"title": workspace.title, "gets": reader is not None})
