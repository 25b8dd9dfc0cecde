"""What a person hears from the brand, and when: purposes, a break, the language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from duologue.engage.conversations.leaving import snooze
from duologue.people.consent import actions as consent
from duologue.people.consent.actions import NewStatement
from duologue.people.consent.queries import purposes, standing, wishes
from duologue.people.consent.rules import Wishes
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people
from duologue.web.public.access import Visit, by_link
from duologue.web.public.leaving import DAYS
from duologue.web.public.words import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpResponse

SOURCE = "preference page"
PACES: Final = {"any": 0, "week": 7, "month": 30}
HOURS: Final = {
    "any": "",
    "morning": "07:00-12:00",
    "afternoon": "12:00-18:00",
    "evening": "18:00-22:00",
    "weekend": "Sa-Su 09:00-20:00",
}


@dataclass(slots=True, frozen=True)
class Choice:
    """One line of the page: a purpose on a channel, and whether it is allowed now."""

    field: str
    channel: str
    purpose: str
    title: str
    about: str
    allowed: bool


@by_link
def preferences(visit: Visit) -> HttpResponse:
    """Show the choices; a POST states what changed."""
    choices = _choices(visit)
    if visit.request.method != "POST":
        return _page(visit, choices)
    _save(visit, choices)
    visit.person = people(visit.workspace, [visit.origin.person])[visit.origin.person]
    return _page(visit, _choices(visit), done=True)


def _page(visit: Visit, choices: list[Choice], *, done: bool = False) -> HttpResponse:
    person = visit.origin.person
    paused = standing(visit.workspace, [person])[person].paused(visit.now)
    wish = wishes(visit.workspace, [person]).get(person) or Wishes()
    paces = [(days, visit.words[f"pace_{name}"], days == wish.pace_days) for name, days in PACES.items()]
    hours = [(name, visit.words[f"hours_{name}"], window == wish.hours) for name, window in HOURS.items()]
    context: dict[str, Any] = {"choices": choices, "languages": LANGUAGES, "paused": paused, "paces": paces, "hours": hours}
    return visit.page("preferences.html", done=done, commitments=visit.book.commitments, **context)


def _choices(visit: Visit) -> list[Choice]:
    stands = standing(visit.workspace, [visit.origin.person])[visit.origin.person]
    channel = visit.origin.channel
    return [
        Choice(f"{channel}:{name}", channel, name, purpose.title, purpose.about, stands.may(channel, name))
        for name, purpose in purposes(visit.workspace).items()
        if purpose.basis == "consent"
    ]


@transaction.atomic
def _save(visit: Visit, choices: list[Choice]) -> None:
    asked, origin = visit.request.POST, visit.origin
    statements = [
        NewStatement(
            origin.profile, one.channel, one.purpose, "granted" if one.field in asked else "withdrawn", visit.now, SOURCE,
            wording=one.title, proof={"delivery": origin.delivery},
        )
        for one in choices
        if (one.field in asked) != one.allowed
    ]  # fmt: skip
    consent.state(workspace=visit.workspace, statements=statements, now=visit.now)
    if asked.get("pause") in DAYS:
        snooze(workspace=visit.workspace, origin=origin, until=visit.now + timedelta(days=int(asked["pause"])), now=visit.now)
    elif asked.get("pause") == "none":
        consent.lift(workspace=visit.workspace, profile_id=origin.profile, because="snoozed", now=visit.now)
    pace, hours = asked.get("pace", ""), asked.get("hours", "")
    if pace.isdigit() and int(pace) in PACES.values() and hours in HOURS:
        consent.wish(
            workspace=visit.workspace,
            profile_id=origin.profile,
            profiles=visit.person.profile_ids,
            pace_days=int(pace),
            hours=HOURS[hours],
            now=visit.now,
        )
    language = asked.get("language", "")
    if language in LANGUAGES and language != visit.language:
        learn(workspace=visit.workspace, facts=[NewFact(origin.profile, "locale", language, SOURCE, visit.now)], now=visit.now)
