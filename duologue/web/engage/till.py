"""The till: redeeming a code that someone brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.views.decorators.http import require_http_methods

from duologue.engage.perks.claims import Claim
from duologue.engage.perks.redeeming import Redemption, redeem
from duologue.engage.perks.tries import Trier, remember, sentence, succeed, waits_until
from duologue.kit.pipeline import Refused
from duologue.people.privacy.queries import person_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.amounts import sum_of
from duologue.web.pages import member, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_http_methods(["GET", "POST"])
@inside(Right.CARE)
def till(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Take a code, an order's number and what it came to; say at once whether it holds."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        code, order = request.POST.get("code", "").strip(), request.POST.get("order", "").strip()
        worth = sum_of(request.POST.get("worth", "").strip(), workspace.currency)
        whose = request.POST.get("whose", "").strip()
        context = {"code": code, "order": order, "worth": request.POST.get("worth", ""), "whose": whose}
        if not code or not order:
            context["trouble"] = "A code and the order's number are needed: one order redeems a code once."
        elif worth is None:
            context["trouble"] = "What it came to is a sum such as 4.50, or nothing."
        else:
            context["answer"] = _redeem(workspace, Trier(f"till, {request.user}"), Claim(code, order, worth), whose)
            if context["answer"].ok:
                note(workspace, str(request.user), "redeem perk", str(context["answer"].perk), {"order": order}, staff=member(request))
                context |= {"code": "", "order": "", "worth": "", "whose": "", "redeemed": code}
    return page(request, workspace, "engage/till.html", place="engage/till", **context)


def _redeem(workspace: Workspace, trier: Trier, claim: Claim, whose: str) -> Redemption:
    """Redeem a code, a word that many share for the person whose order it is; after too many unknown ones there is a while to wait."""
    at = now(workspace)
    if (until := waits_until(workspace, trier, at)) is not None:
        return Redemption(ok=False, reason=sentence(trier, until, at))
    try:
        person = person_of(workspace, whose) if whose else None
    except Refused as refusal:
        return Redemption(ok=False, reason=refusal.sentence)
    answer = redeem(workspace=workspace, code=claim.code, order=claim.order, worth=claim.worth, person=person, now=at)
    if answer.is_new:
        succeed(workspace=workspace, triers=[trier])
    elif answer.is_unknown:
        remember(workspace=workspace, trier=trier, now=at)
    return answer
