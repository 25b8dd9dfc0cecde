"""What you know about me: asked for by the link of any message, shown only by a link sent to the person's own address.

A letter is passed on more often than a mailbox is. What a message's own link opens is therefore what its reader may see anyway, or what
hurts nobody: fewer letters. Data about the person is behind a second link, which is sent to their address when it is asked for and holds
for an hour; whoever was merely given the letter never sees it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpResponse

from duologue.brand.book.rules import commitments
from duologue.engage.conversations.leaving import withdraw
from duologue.engage.conversations.showing import send_link, still_holds
from duologue.people.consent.queries import purposes, standing
from duologue.people.privacy.actions import OWN, allow_again, correct, erase, object_to
from duologue.people.privacy.queries import everything_about
from duologue.people.profiles.queries import people
from duologue.platform.audit.actions import note
from duologue.web.public.access import Visit, by_link, by_link_for
from duologue.web.public.own import consents_of, facts_of, held_back, kind_of, perks_of, read_value, said_of, unwanted_of

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = "own data page"


@by_link
def ask(visit: Visit) -> HttpResponse:
    """Say how it is shown; a POST sends the link to the person's own address."""
    if visit.request.method != "POST":
        return visit.page("known_ask.html")
    said = send_link(workspace=visit.workspace, origin=visit.origin, now=visit.now)
    return visit.page("known_ask.html", done=visit.words[said])


@by_link_for("known")
def known(visit: Visit) -> HttpResponse:
    """Show what is known; a POST puts a fact right, objects to it or to a use, hands it all out, or erases it."""
    if not still_holds(visit.origin, visit.now):
        return visit.page("known_ask.html", 410, late=True)
    if visit.request.method != "POST":
        return _page(visit)
    do = DOES.get(visit.request.POST.get("do", ""))
    if do is None:
        return _page(visit, fault="not_an_option")
    with transaction.atomic():
        return do(visit)


def _page(visit: Visit, *, said: str = "", fault: str = "", faults: dict[str, str] | None = None) -> HttpResponse:
    visit.person = people(visit.workspace, [visit.origin.person])[visit.origin.person]
    stands = standing(visit.workspace, [visit.origin.person])[visit.origin.person]
    channels = {one.channel for one in stands.said}
    filled = dict.fromkeys(faults or {}, visit.request.POST.get("value", "")[:4000])
    used = [
        one
        for one in purposes(visit.workspace).values()
        if one.basis == "consent" and any(stands.said_yes(channel, one.name) for channel in channels)
    ]
    context: dict[str, Any] = {
        "facts": facts_of(visit, faults or {}, filled),
        "unwanted": unwanted_of(visit),
        "identifiers": sorted(visit.person.identifiers.items()),
        "consents": consents_of(visit),
        "used": used,
        "told": said_of(visit),
        "perks": perks_of(visit),
        "commitments": commitments(visit.book),
        "said": visit.words.get(said, ""),
        "fault": visit.words.get(fault, ""),
    }
    return visit.page("known.html", 422 if fault or faults else 200, **context)


def _noted(visit: Visit, action: str, detail: dict[str, Any] | None = None) -> None:
    note(visit.workspace, OWN, action, str(visit.origin.person), detail)


def _correct(visit: Visit) -> HttpResponse:
    key, given = visit.request.POST.get("key", ""), visit.request.POST.get("value", "")
    before = visit.person.facts.get(key)
    if before is None or not kind_of(key, before) or key in held_back(visit):
        return _page(visit, fault="choice_gone")
    try:
        value = read_value(before, given)
    except ValueError as wrong:
        return _page(visit, fault="not_saved", faults={key: str(wrong)})
    correct(workspace=visit.workspace, profiles=visit.person.profile_ids, key=key, value=value, now=visit.now)
    _noted(visit, "correct fact", {"key": key})
    return _page(visit, said="own_corrected")


def _object(visit: Visit) -> HttpResponse:
    key = visit.request.POST.get("key", "")
    if key in held_back(visit) or not object_to(workspace=visit.workspace, profiles=visit.person.profile_ids, key=key, now=visit.now):
        return _page(visit, fault="choice_gone")
    _noted(visit, "object to fact", {"key": key})
    return _page(visit, said="own_objected")


def _allow(visit: Visit) -> HttpResponse:
    key = visit.request.POST.get("key", "")
    if not allow_again(workspace=visit.workspace, profiles=visit.person.profile_ids, key=key):
        return _page(visit, fault="choice_gone")
    _noted(visit, "allow fact again", {"key": key})
    return _page(visit, said="own_allowed")


def _stop(visit: Visit) -> HttpResponse:
    """Withdraw for one purpose on every channel on which something was said about it."""
    name = visit.request.POST.get("key", "")
    purpose = purposes(visit.workspace).get(name)
    if purpose is None or purpose.basis != "consent":
        return _page(visit, fault="choice_gone")
    stands = standing(visit.workspace, [visit.origin.person])[visit.origin.person]
    channels = {one.channel for one in stands.said if one.purpose == name} | {visit.origin.channel}
    for channel in sorted(channels):
        withdraw(
            workspace=visit.workspace,
            person=visit.origin.person,
            profile=visit.origin.profile,
            channel=channel,
            only=[name],
            source=PAGE,
            wording=f"{visit.words['own_stop']}: {purpose.title}",
            proof={"delivery": visit.origin.delivery},
            now=visit.now,
        )
    _noted(visit, "object to purpose", {"purpose": name})
    return _page(visit, said="own_stopped")


def _export(visit: Visit) -> HttpResponse:
    found = everything_about(visit.workspace, visit.origin.person)
    _noted(visit, "export person")
    text = json.dumps(found, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


def _erase(visit: Visit) -> HttpResponse:
    if visit.request.POST.get("sure") != "yes":
        return _page(visit, fault="own_not_sure")
    proof = erase(workspace=visit.workspace, person=visit.origin.person, now=visit.now)
    _noted(visit, "erase person", {"proof": proof.pk})
    return visit.page("known_gone.html", proof=proof.pk)


DOES: dict[str, Callable[[Visit], HttpResponse]] = {
    "correct": _correct,
    "object": _object,
    "allow": _allow,
    "stop": _stop,
    "export": _export,
    "erase": _erase,
}
