"""What was perhaps sent: a person decides for each whether it goes out again or counts as sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.views.decorators.http import require_GET, require_POST

from duologue.engage.messages.doubts import call_sent, send_again
from duologue.engage.messages.in_doubt import in_doubt
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.settling import settle_all
from duologue.kit.text import whole_number
from duologue.people.profiles.queries import persons_of
from duologue.platform.audit.actions import note
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now
from duologue.web.access import inside
from duologue.web.pages import member, page, said, sliced

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from duologue.platform.workspaces.models import Workspace


@require_GET
@inside(Right.SEE_PEOPLE)
def doubts(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """List deliveries in doubt, the latest first."""
    rows = Delivery.within(workspace).filter(in_doubt=True).select_related("dialogue", "profile")
    found = sliced(rows, request, "planned_at", "id")
    counted = in_doubt(workspace)
    persons = persons_of(workspace, [one.profile_id for one in found.rows])
    return page(
        request,
        workspace,
        "engage/doubts.html",
        place="engage/inbox",
        found=found,
        counted=counted,
        restored=sum(one["number"] for one in counted if one["since_restore"]),
        deliveries=[(one, persons.get(one.profile_id)) for one in found.rows],
    )


@require_POST
@inside(Right.PUBLISH)
@transaction.atomic
def settle(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Send again, or count as sent, the chosen ones or all of one turn (`all` is DIALOGUE:WHY:TURN, as the list of turns has it)."""
    chosen = [number for text in request.POST.getlist("delivery") if (number := whole_number(text)) is not None]
    again = request.POST.get("do") == "again"
    act = send_again if again else call_sent
    of, why, turn = (*request.POST.get("all", "").split(":", 2), "", "")[:3]
    dialogue = whole_number(of)
    if dialogue is not None:
        which: dict[str, Any] = {"dialogue": dialogue, "turn": turn, "since_restore": why == "restore"}
        settled = settle_all(workspace=workspace, again=again, now=now(workspace), **which)
    else:
        settled = act(workspace=workspace, deliveries=chosen, now=now(workspace))
    if not settled:
        return said(request, "Nothing was chosen, or it was settled meanwhile.", "engage:doubts", workspace.name, refused=True)
    note(
        workspace,
        str(request.user),
        "send again" if again else "count as sent",
        str(settled),
        {"deliveries": chosen} if dialogue is None else which,
        staff=member(request),
    )
    what = "1 message" if settled == 1 else f"{settled:,} messages"
    sentence = f"{what} will be sent again." if again else f"{what} counted as sent."
    return said(request, sentence[0].upper() + sentence[1:], "engage:doubts", workspace.name)
