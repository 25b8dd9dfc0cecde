"""Why me: what a message was sent for, in which dialogue, and what is known of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.conversations.replies import NewReply, take_in_reply
from duologue.people.consent.queries import purposes, standing
from duologue.people.models import Fact
from duologue.strategize.dialogues import queries as dialogues
from duologue.strategize.models import Dialogue
from duologue.web.public.access import Visit, by_link

if TYPE_CHECKING:
    from django.http import HttpResponse

    from duologue.people.consent.rules import Said

MOST_TEXT = 4000
MOST_FACTS = 60


@by_link
def why_me(visit: Visit) -> HttpResponse:
    """Explain; a POST takes in what the person has to say about it, for a human to read."""
    origin = visit.origin
    text = visit.request.POST.get("text", "").strip()[:MOST_TEXT]
    if visit.request.method == "POST" and text:
        reply = NewReply(origin.person, origin.profile, "email", text, "other", subject=visit.words["why"])
        take_in_reply(workspace=visit.workspace, reply=reply, origin=origin, now=visit.now)
    dialogue = Dialogue.within(visit.workspace).filter(name=origin.dialogue).first() if origin.dialogue else None
    plan = dialogues.current(visit.workspace, origin.dialogue) if dialogue else None
    purpose = purposes(visit.workspace).get(origin.purpose)
    return visit.page(
        "why_me.html",
        purpose=purpose,
        agreed=_agreed(visit),
        dialogue=dialogue,
        audience=(plan.plan or {}).get("audience", "") if plan else "",
        facts=_facts(visit),
        done=bool(text) and visit.request.method == "POST",
    )


def _agreed(visit: Visit) -> Said | None:
    """Return the last yes to what this letter is about."""
    stands = standing(visit.workspace, [visit.origin.person])[visit.origin.person]
    granted = [
        one for one in stands.said if one.state == "granted" and (one.channel, one.purpose) == (visit.origin.channel, visit.origin.purpose)
    ]
    return max(granted, key=lambda one: one.at, default=None)


def _facts(visit: Visit) -> list[Fact]:
    return list(Fact.within(visit.workspace).filter(profile__in=visit.person.profile_ids).order_by("key", "-at")[:MOST_FACTS])
