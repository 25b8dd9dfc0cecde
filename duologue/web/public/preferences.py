"""What a person hears from the brand, and when: purposes, topics, how often, a break, the language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from duologue.brand.book.rules import commitments
from duologue.engage.conversations.agreeing import ask_to_agree
from duologue.engage.conversations.leaving import snooze, stated
from duologue.people.consent import actions as consent
from duologue.people.consent.actions import NewStatement
from duologue.people.consent.rules import topic_fact
from duologue.people.names.rules import CALLED, LONGEST
from duologue.people.privacy.actions import allow_again
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people
from duologue.web.public.access import Visit, by_link
from duologue.web.public.choices import ENDS, HOURS, PACES, Asked, Choices, choices_of, read_choices
from duologue.web.public.leaving import DAYS
from duologue.web.public.words import LANGUAGES
from duologue.web.templatetags.look import day_in

if TYPE_CHECKING:
    from django.http import HttpResponse

SOURCE = "preference page"


@by_link
def preferences(visit: Visit) -> HttpResponse:
    """Show the choices; a POST keeps what changed and says it, or keeps nothing and says what cannot be taken."""
    here = choices_of(visit)
    if visit.request.method != "POST":
        return _page(visit, here)
    asked = read_choices(here, {key: visit.request.POST.getlist(key) for key in visit.request.POST})
    if asked.faults:
        return _page(visit, here, asked)
    kept = _keep(visit, here, asked)
    visit.person = people(visit.workspace, [visit.origin.person])[visit.origin.person]
    return _page(visit, choices_of(visit), kept=_in_words(visit, here, kept))


def _page(visit: Visit, here: Choices, asked: Asked | None = None, *, kept: list[tuple[str, str]] | None = None) -> HttpResponse:
    shown = asked or Asked()

    def boxes(listed: list[Any]) -> list[Any]:
        return [replace(one, ticked=shown.boxes.get(one.field, one.ticked)) for one in listed]

    paces = [(str(days), visit.words[f"pace_{name}"]) for name, days in PACES.items()]
    hours = [(name, visit.words[f"hours_{name}"]) for name in HOURS]
    context: dict[str, Any] = {
        "purposes": boxes(here.purposes),
        "topics": boxes(here.topics),
        "pause": shown.pause,
        "snoozed_until": here.snoozed_until,
        "lacks_parent": here.lacks_parent,
        "paces": _options(paces, shown.pace or here.pace),
        "hours": _options(hours, shown.hours or here.hours),
        "languages": _options(list(LANGUAGES.items()), shown.language or here.language),
        "called": here.called if shown.called is None else shown.called,
        "longest": LONGEST,
        "faults": {name: visit.words[fault] for name, fault in shown.faults.items()},
        "kept": kept,
        "commitments": commitments(visit.book),
    }
    return visit.page("preferences.html", 422 if shown.faults else 200, **context)


def _options(options: list[tuple[str, str]], chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, label, value == chosen) for value, label in options]


@transaction.atomic
def _keep(visit: Visit, here: Choices, asked: Asked) -> Asked:
    """Keep what differs from what stands; return just that. A yes to more is not kept but asked for at the person's own address."""
    origin, now = visit.origin, visit.now
    changed = Asked(boxes={name: wanted for name, wanted in asked.boxes.items() if wanted != here.boxes[name].ticked})
    more = {one.name: one.field for one in here.purposes if changed.boxes.get(one.field)}
    said = ask_to_agree(workspace=visit.workspace, origin=origin, wanted=list(more), now=now)
    changed.to_agree = {more[name]: word for name, word in said.items()}
    changed.boxes = {name: wanted for name, wanted in changed.boxes.items() if name not in changed.to_agree}
    statements = [
        NewStatement(
            origin.profile, one.channel, one.name, "withdrawn", now, SOURCE,
            wording=_wording(visit, one.title, one.by), proof={"delivery": origin.delivery},
        )
        for one in here.purposes
        if one.field in changed.boxes
    ]  # fmt: skip
    stated(workspace=visit.workspace, statements=statements, left_by=origin.delivery if statements else None, now=now)
    facts = [
        NewFact(origin.profile, topic_fact(one.name), changed.boxes[one.field], SOURCE, now)
        for one in here.topics
        if one.field in changed.boxes
    ]
    if asked.pause in DAYS:
        changed.pause = asked.pause
        snooze(workspace=visit.workspace, origin=origin, until=now + timedelta(days=int(asked.pause)), now=now)
    elif asked.pause == ENDS and here.snoozed_until:
        changed.pause = asked.pause
        consent.lift(workspace=visit.workspace, profile_id=origin.profile, because="snoozed", now=now)
    pace, hours = asked.pace or here.pace, asked.hours or here.hours
    if (pace, hours) != (here.pace, here.hours):
        changed.pace, changed.hours = pace if pace != here.pace else "", hours if hours != here.hours else ""
        window = HOURS.get(hours, here.wish.hours)
        profiles = visit.person.profile_ids
        consent.wish(workspace=visit.workspace, profile_id=origin.profile, profiles=profiles, pace_days=int(pace), hours=window, now=now)
    if asked.language and asked.language != here.language:
        changed.language = asked.language
        allow_again(workspace=visit.workspace, profiles=visit.person.profile_ids, key="locale")
        facts.append(NewFact(origin.profile, "locale", asked.language, SOURCE, now))
    if asked.called is not None and asked.called != here.called:
        changed.called = asked.called
        allow_again(workspace=visit.workspace, profiles=visit.person.profile_ids, key=CALLED)
        facts.append(NewFact(origin.profile, CALLED, asked.called, SOURCE, now))
    learn(workspace=visit.workspace, facts=facts, now=now)
    return changed


def _wording(visit: Visit, title: str, by: str) -> str:
    """Return the words beside the box, under those above all boxes."""
    return f"{visit.words['choose']}: {title}, {by}"


def _in_words(visit: Visit, before: Choices, kept: Asked) -> list[tuple[str, str]]:
    """Return what was kept as people read it, in the language they have chosen now: (what, how it stands)."""
    words = visit.words
    said = []
    for name, word in {**{name: "yes" if wanted else "no" for name, wanted in kept.boxes.items()}, **kept.to_agree}.items():
        one = before.boxes[name]
        said.append((f"{one.title}, {one.by}" if one.by else one.title, words[word]))
    if kept.pace:
        said.append((words["pace"], next(words[f"pace_{name}"] for name, days in PACES.items() if str(days) == kept.pace)))
    if kept.hours:
        said.append((words["hours"], words[f"hours_{kept.hours}"]))
    if kept.pause == ENDS:
        said.append((words["pause"], words["pause_over"]))
    elif kept.pause:
        until = visit.now + timedelta(days=int(kept.pause))
        said.append((words["pause"], f"{words['pause_until']} {day_in(until, visit.language)}"))
    if kept.called is not None:
        said.append((words["called"], kept.called or words["called_nothing"]))
    if kept.language:
        said.append((words["language"], LANGUAGES[kept.language]))
    return said
