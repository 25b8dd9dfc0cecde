"""Taking a form of a site: read, checked, kept, or shown again with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction

from duologue.engage.parents.rules import ADDRESS as PARENT
from duologue.engage.sites.actions import take_form
from duologue.engage.sites.rules.forms import LONGEST, TELLS_AGE, WHICH, Filled, needs_parent, read_fields
from duologue.engage.sites.rules.page import forms_of
from duologue.kit.pipeline import Refused
from duologue.people.consent import actions as consent
from duologue.people.consent.rules import topic_fact
from duologue.people.identifiers.rules import normalise
from duologue.strategize.dialogues.rules.survey import GIVEN, says_no
from duologue.web.public.answers import contacts, read_answers, without_addresses
from duologue.web.public.giving import given_by, keep_given, read_photos
from duologue.web.public.site_page import Tried

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from duologue.engage.contributions.photos import TakenPhoto
    from duologue.engage.contributions.rules import GivenByForm
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.survey import Survey
    from duologue.web.public.site_page import Here

    Gives = tuple[Survey | None, Mapping[str, Any], dict[str, GivenByForm], dict[str, TakenPhoto]]


def which_of(here: Here, request: HttpRequest) -> str | None:
    """Return the name of the form that was sent; where it names none, the page's only one; None for one that is not there."""
    forms = forms_of(here.site)
    name = request.POST.get(WHICH, next(iter(forms), "") if len(forms) == 1 else "")
    return name if name in forms else None


def take(here: Here, which: str, request: HttpRequest) -> Tried | None:
    """Keep a form; where it cannot be taken yet, nothing is kept and how it is shown again is returned."""
    room, form = here.room, forms_of(here.site)[which]
    given = {key: request.POST.getlist(key) for key in request.POST}
    known = here.known(form)
    today = here.at.date()
    fields, faults = read_fields(form, given, room.country, today, known)
    fields |= {key: value for key, value in known.items() if key == form.asks[0]}
    asked = here.survey(form)
    answers, wrong = read_answers(asked, given, room.country) if asked else ({}, {})
    photos, no_photos = read_photos(request, asked) if asked else ({}, {})
    answers, wrong = answers | dict.fromkeys(photos, True), wrong | no_photos
    again = Tried(which, given, photos=photos)
    seen = given.get("shown", [])
    applies = here.applies(asked, answers, seen)
    answers, wrong = ({key: said[key] for key in applies if key in said} for said in (answers, wrong))
    if faults or wrong:
        return replace(again, faults=faults | wrong)
    if seen and not set(applies) <= set(seen):  # an answer has raised a question that the page did not show
        return again
    ticked = tuple(purpose for purpose in form.consent if f"consent-{purpose}" in given)
    facts, granted = _filled_by(asked, answers)
    given_here = given_by(request, room, asked, answers) if asked else {}
    allowed = {one.purpose for one in given_here.values() if one.purpose}
    ageless = [field for field in form.asks if field in TELLS_AGE and field not in fields and field not in known]
    if (granted or allowed) and ageless:
        return replace(again, faults=dict.fromkeys(ageless, "needed"))
    about = {key: known[key] for key in ("birthday", "old_enough", "country") if key in known} | fields
    if needs_parent(about, [*ticked, *granted, *allowed], room.country, today):
        parent, fault = _parent(room, fields, given)
        if fault is not None:
            return replace(again, faults={PARENT: fault} if fault else {}, asks_parent=True)
        facts[PARENT] = (parent, ())
    filled = Filled(fields, ticked, without_addresses(asked, answers) if asked else {}, facts, granted)
    _keep(here, which, filled, (asked, answers, given_here, {key: photo for key, photo in photos.items() if key in answers}))
    return None


@transaction.atomic
def _keep(here: Here, which: str, filled: Filled, gives: Gives) -> None:
    """Keep a form. What is given to be shown is kept with its permission where a link of one's own says whose it is, else with the form."""
    form, (asked, answers, given, photos) = forms_of(here.site)[which], gives
    if here.visit is not None and asked is not None:
        consent.state(workspace=here.room, statements=keep_given(here.visit, asked, answers, photos), now=here.at)
        given, photos = {}, {}
    filled = msgspec.structs.replace(filled, given=given)
    take_form(workspace=here.room, site=here.site.site, which=which, form=form, version=here.number, filled=filled, photos=photos)


def _filled_by(asked: Survey | None, answers: Mapping[str, Any]) -> tuple[dict[str, tuple[Any, tuple[str, ...]]], dict[str, str]]:
    """Return facts and topics that answers fill, each with what it may be used for, and the purposes they agree to, with the question.

    A no grants nothing, and takes nothing back: nobody has proved whose address it is.
    """
    facts: dict[str, tuple[Any, tuple[str, ...]]] = {}
    granted: dict[str, str] = {}
    facts |= {fact: (value, ()) for fact, value in contacts(asked, answers).items()} if asked else {}
    for key, value in answers.items():
        question = asked.questions[key] if asked else None
        fills = question.fills if question else None
        if question is None or fills is None:
            continue
        if fills.fact and question.kind != "contact":
            facts[fills.fact.removeprefix("person.")] = (value, tuple(fills.purposes))
        if fills.topic:
            facts[topic_fact(fills.topic)] = (not says_no(value), ())
        if fills.consent and question.kind not in GIVEN and not says_no(value):
            granted[fills.consent] = question.ask
    return facts, granted


def _parent(room: Workspace, fields: Mapping[str, str], given: Mapping[str, Sequence[str]]) -> tuple[str, str | None]:
    """Return a parent's address, or why the form is shown again: "" to ask for it, else what is wrong."""
    if PARENT not in given:
        return "", ""
    said = next(iter(given[PARENT]), "").strip()[:LONGEST].replace("\x00", "")
    try:
        parent = normalise("email", said, room.country)
    except Refused:
        return "", "not_an_address" if said else "needed"
    return ("", "not_your_own") if parent == fields.get("email", "").lower() else (said, None)
