"""Ways in by a link: the one-time sign-in link and the invitation.

A link is only looked at by GET, since mail programs open links by themselves; a button (POST) uses it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from duologue.platform.audit.actions import note
from duologue.platform.database.clock import database_now
from duologue.platform.staff import actions, queries
from duologue.platform.staff.models import Staff
from duologue.web.accounts.forms import NewAccount

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.staff.models import Invitation

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a link made on the command line. Home tells whoever has no password yet, and where to set one."""
    now = database_now()
    link = queries.sign_in_link_for(token, now)
    if link is None or not link.staff.is_active:
        return _no_such_link(request)
    if request.method == "GET":
        return render(request, "account/enter.html", {"staff": link.staff})
    if not actions.use_sign_in_link(link, now=now):
        return _no_such_link(request)
    note(None, str(link.staff), "sign in by link", f"staff {link.staff.pk}", {}, now, link.staff)
    login(request, link.staff, backend=BACKEND)
    return redirect("home")


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation, with the account one is signed in to or with a new one."""
    invitation = queries.invitation_for(token, database_now())
    if invitation is None:
        return _no_such_link(request)
    mine = request.user if isinstance(request.user, Staff) and request.user.email == invitation.email else None
    form = NewAccount(request.POST or None)
    page = {
        "invitation": invitation,
        "form": form,
        "mine": mine,
        "signed_in_as_other": isinstance(request.user, Staff) and mine is None,
        "has_account": mine is None and Staff.objects.filter(email=invitation.email).exists(),
    }
    if request.method == "GET" or (mine is None and not form.is_valid()):
        return render(request, "account/join.html", page, status=200 if request.method == "GET" else 422)
    try:
        staff = _accept(invitation, mine, form)
    except actions.StaffRefused as refusal:
        return render(request, "account/join.html", {**page, "refusal": str(refusal)}, status=409)
    if mine is None:
        login(request, staff, backend=BACKEND)
    return redirect("home")


def _accept(invitation: Invitation, mine: Staff | None, form: NewAccount) -> Staff:
    now = database_now()
    fields = {} if mine else {"name": form.cleaned_data["name"], "password": form.cleaned_data["password"]}
    staff = actions.accept(invitation, now=now, staff=mine, **fields)
    note(invitation.workspace, str(staff), "join workspace", f"staff {staff.pk}", {"role": invitation.role}, now, staff)
    return staff


def _no_such_link(request: HttpRequest) -> HttpResponse:
    return render(request, "account/no_such_link.html", status=404)
