"""Choosing a workspace; whoever has just one goes straight in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from duologue.platform.staff.models import Staff
from duologue.platform.workspaces.models import Workspace

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
def workspaces(request: HttpRequest) -> HttpResponse:
    """List the workspaces of whoever is signed in."""
    assert isinstance(request.user, Staff)
    mine = list(request.user.memberships.select_related("workspace").order_by("workspace__title"))
    if len(mine) == 1 and "all" not in request.GET:
        return redirect("home:home", mine[0].workspace.name)
    return render(request, "chooser.html", {"memberships": mine, "any_workspace": bool(mine) or Workspace.objects.exists()})
