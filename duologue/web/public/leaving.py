"""Unsubscribing, and asking for quiet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.engage.conversations.leaving import REASONS, say_why, snooze, withdraw
from duologue.people.consent.queries import purposes
from duologue.web.public.access import Visit, by_link

if TYPE_CHECKING:
    from django.http import HttpResponse

DAYS = ("30", "90")


@by_link
def unsubscribe(visit: Visit) -> HttpResponse:
    """Ask with a button; a POST withdraws, be it the button's or a mail program's own (RFC 8058)."""
    known = purposes(visit.workspace)
    purpose = known.get(visit.origin.purpose)
    of_consent = purpose is not None and purpose.basis == "consent"
    if visit.request.method != "POST":
        return visit.page("unsubscribe.html", purpose=purpose if of_consent else None)
    if reason := visit.request.POST.get("because", ""):
        known_now = say_why(workspace=visit.workspace, origin=visit.origin, reason=reason, now=visit.now)
        return visit.page("unsubscribe.html", done=known_now, thanked=known_now, purpose=purpose if of_consent else None)
    one_click = visit.request.POST.get("List-Unsubscribe") == "One-Click"
    everything = visit.request.POST.get("what") == "all" or not of_consent
    withdraw(
        workspace=visit.workspace,
        person=visit.origin.person,
        profile=visit.origin.profile,
        channel=visit.origin.channel,
        only=() if everything else [visit.origin.purpose],
        source="one-click" if one_click else "unsubscribe page",
        wording="List-Unsubscribe=One-Click" if one_click else visit.words["leave_all" if everything else "leave_this"],
        proof={"delivery": visit.origin.delivery},
        now=visit.now,
    )
    return visit.page("unsubscribe.html", done=True, reasons=[(reason, visit.words[f"why_{reason}"]) for reason in REASONS])


@by_link
def not_now(visit: Visit) -> HttpResponse:
    """Offer 30 or 90 days of quiet."""
    days = visit.request.POST.get("days", "")
    if visit.request.method != "POST" or days not in DAYS:
        return visit.page("not_now.html")
    snooze(workspace=visit.workspace, origin=visit.origin, until=visit.now + timedelta(days=int(days)), now=visit.now)
    return visit.page("not_now.html", done=True)
