"""Taking a form of a site: read, checked, kept, or shown again with what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.engage.parents.rules import ADDRESS as PARENT
from duologue.engage.sites.actions import take_form
from duologue.engage.sites.rules.forms import LONGEST, TELLS_AGE, WHICH, Filled, needs_parent, read_fields
from duologue.engage.sites.rules.page import forms_of
from duologue.kit.pipeline import Refused
from duologue.people.consent.rules import topic_fact
from duologue.people.identifiers.rules import normalise
from duologue.strategize.dialogues.rules.survey import GIVEN
from duologue.web.public.answers import contacts, read_answers, says_no, told
from duologue.web.public.site_page import Tried

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.survey import Survey
    from duologue.web.public.site_page import Here


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
    seen = given.get("shown", [])
    applies = here.applies(asked, answers, seen)
    answers, wrong = ({key: said[key] for key in applies if key in said} for said in (answers, wrong))
    if faults or wrong:
        return Tried(which, given, faults | wrong)
    if seen and not set(applies) <= set(seen):  # an answer has raised a question that the page did not show
        return Tried(which, given)
    ticked = tuple(purpose for purpose in form.consent if f"consent-{purpose}" in given)
    facts, granted = _filled_by(asked, answers)
    ageless = [field for field in form.asks if field in TELLS_AGE and field not in fields and field not in known]
    if granted and ageless:
        return Tried(which, given, dict.fromkeys(ageless, "needed"))
    about = {key: known[key] for key in ("birthday", "old_enough", "country") if key in known} | fields
    if needs_parent(about, [*ticked, *granted], room.country, today):
        parent, fault = _parent(room, fields, given)
        if fault is not None:
            return Tried(which, given, {PARENT: fault} if fault else {}, asks_parent=True)
        facts[PARENT] = (parent, ())
    filled = Filled(fields, ticked, told(asked, answers) if asked else {}, facts, granted)
    take_form(workspace=room, site=here.site.site, which=which, form=form, version=here.number, filled=filled)
    return None


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
