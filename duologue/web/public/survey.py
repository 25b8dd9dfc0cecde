"""Answering: a survey's questions, or the one question whether one may write."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.engage.contributions.queries import asked_about
from duologue.engage.contributions.rules import PUBLIC
from duologue.engage.conversations.agreeing import ask_to_agree, is_worth_less, says_yes_already, taken_back_since
from duologue.engage.messages.actions import note_outcome
from duologue.engage.messages.models import Delivery
from duologue.people.consent import actions as consent
from duologue.people.consent.actions import NewStatement
from duologue.people.consent.queries import purposes, standing, statements_about
from duologue.people.consent.rules import Standing
from duologue.people.intake.queries import receiving
from duologue.people.profiles.actions import learn
from duologue.people.timeline import actions as timeline
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent
from duologue.strategize.dialogues.rules import asking
from duologue.strategize.dialogues.rules.survey import GIVEN, said_in, says_no
from duologue.strategize.dialogues.surveys import survey_of
from duologue.strategize.models import SurveyVersion
from duologue.web.public.access import Visit, by_link
from duologue.web.public.answers import read_answers, without_addresses
from duologue.web.public.filling import facts_filled, is_looked_at
from duologue.web.public.given import promised
from duologue.web.public.giving import agreed, keep_given, kept_photos, read_photos, wordings
from duologue.web.public.questions import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django.http import HttpResponse

    from duologue.engage.contributions.models import Contribution
    from duologue.engage.contributions.photos import TakenPhoto
    from duologue.people.consent.models import Purpose
    from duologue.strategize.dialogues.rules.survey import Survey


@by_link
def survey(visit: Visit) -> HttpResponse:
    """Show the questions, and whether they were answered before, never how (decision 16); a POST checks, keeps and thanks."""
    if visit.origin.survey_version is None:
        return _may_we(visit)
    version = SurveyVersion.within(visit.workspace).get(pk=visit.origin.survey_version)
    asked = said_in(survey_of(version), visit.person.locale or visit.workspace.locale)
    before = _answered_before(visit)
    if visit.request.method != "POST":
        return _page(visit, asked, {}, _asked(visit, asked, {}, before), answered=bool(before) and not asked.at_once)
    given = {key: visit.request.POST.getlist(key) for key in asked.questions}
    answers, faults = read_answers(asked, given, visit.workspace.country)
    photos, wrong = read_photos(visit.request, asked)
    answers, faults = answers | dict.fromkeys(photos, True), faults | wrong
    faults = {key: fault for key, fault in faults.items() if fault != "needed" or before.get(key) is not True}  # it is here already
    now = _asked(visit, asked, answers, before, shown=visit.request.POST.getlist("shown"))
    answers, faults = ({key: said[key] for key in now if key in said} for said in (answers, faults))
    if faults or not answers or _has_more(visit, now):
        filled = {key: values for key, values in given.items() if values} | agreed(visit.request, asked)
        return _page(visit, asked, filled, now, faults, photos=photos, status=422 if faults else 200)
    to_agree = _keep(visit, asked, answers, {key: photo for key, photo in photos.items() if key in answers})
    heard = before | answers
    left = asked.at_once and _asked(visit, asked, {}, heard, learned=_facts_of(asked, answers))
    thanks, looked_at = promised(visit.workspace, asked, visit.language), is_looked_at(asked, answers)
    return visit.page("survey.html", survey=asked, done=True, more=bool(left), to_agree=to_agree, promised=thanks, looked_at=looked_at)


def _asked(
    visit: Visit,
    asked: Survey,
    answers: dict[str, Any],
    before: dict[str, Any],
    *,
    shown: Collection[str] = (),
    learned: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return the questions that are asked now, after these answers."""
    return asking.asked(asked, answers, {**visit.person.facts, **(learned or {})}, visit.now, before=before, shown=shown)


def _facts_of(asked: Survey, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that answers fill."""
    filled = {key: asked.questions[key].fills for key in answers}
    return {fills.fact.removeprefix("person."): answers[key] for key, fills in filled.items() if fills and fills.fact}


def _has_more(visit: Visit, now: list[str]) -> bool:
    """Say whether the answers have raised questions that the page did not show; where it says nothing of that, it showed all."""
    seen = visit.request.POST.getlist("shown")
    return bool(seen) and not set(now) <= set(seen)


def _page(  # noqa: PLR0917 - what a page of questions shows
    visit: Visit,
    asked: Survey,
    filled: dict[str, Any],
    now: list[str],
    faults: dict[str, str] | None = None,
    photos: dict[str, TakenPhoto] | None = None,
    *,
    status: int = 200,
    answered: bool = False,
) -> HttpResponse:
    held = kept_photos(photos or {})
    questions = shown(asked, filled, faults or {}, visit.words, only=now, agreeing=wordings(visit.workspace, asked), photos=held)
    context = {
        "questions": questions,
        "faults": faults,
        "seen": now,
        "answered": answered,
        "promised": promised(visit.workspace, asked, visit.language),
        "has_photos": any(question.kind == "photo" for question in asked.questions.values()),
    }
    return visit.page("survey.html", status, survey=asked, **context)


def _answered_before(visit: Visit) -> dict[str, Any]:
    """Return what was answered by this link before, the last answer to each question: what was asked bit by bit is not asked again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT properties->'answers' FROM people_event WHERE workspace_id = %s AND profile_id = %s AND name = %s AND delivery_id = %s
                 AND occurred_at >= %s ORDER BY occurred_at DESC, id DESC LIMIT 50""",
            (visit.workspace.pk, visit.origin.profile, names.SURVEY_ANSWERED, visit.origin.delivery, visit.origin.planned_at),
        )
        rows = cursor.fetchall()
    found: dict[str, Any] = {}
    for (answers,) in reversed(rows):
        found |= (json.loads(answers) if isinstance(answers, str) else answers) or {}
    return found


@transaction.atomic
def _keep(visit: Visit, asked: Survey, answers: dict[str, Any], photos: dict[str, TakenPhoto]) -> list[tuple[str, str]]:
    """Write the answers down: the event, the facts they fill, what is given to be shown, and the consents they refuse.

    A yes that would change something is asked for at the person's own address; return those: the purpose's title, what to say of it. One
    that would change nothing is no statement: written down beside what a form says of an age, it would take an older yes's place.
    """
    origin, workspace, now = visit.origin, visit.workspace, receiving(visit.workspace)
    properties = {**origin.properties, "survey": asked.survey, "answers": without_addresses(asked, answers)}
    event = NewEvent(origin.profile, now, names.SURVEY_ANSWERED, properties, run_id=origin.run, delivery_id=origin.delivery)
    timeline.write(workspace=workspace, events=[event], now=now)
    note_outcome(workspace=workspace, deliveries=[origin.delivery], kind="responded", at=now)
    statements = keep_given(visit, asked, answers, photos)
    more: list[str] = []
    stands = standing(workspace, [origin.person])[origin.person] if _asks_for_consent(asked, answers) else Standing()
    for key, value in answers.items():
        question = asked.questions[key]
        purpose = question.fills.consent if question.fills and question.kind not in GIVEN else ""
        if not purpose:
            continue
        if says_no(value):
            proof = {"delivery": origin.delivery, "answer": value}
            said = NewStatement(origin.profile, origin.channel, purpose, "refused", now, f"survey {asked.survey}", question.ask, proof)
            statements.append(said)
        elif not says_yes_already(stands, origin.channel, purpose, now):
            more.append(purpose)
    learn(workspace=workspace, facts=facts_filled(visit, asked, answers), now=now)
    consent.state(workspace=workspace, statements=statements, now=now)
    return _ask_to_agree(visit, more)


def _asks_for_consent(asked: Survey, answers: Mapping[str, Any]) -> bool:
    return any((fills := asked.questions[key].fills) is not None and fills.consent for key in answers)


def _ask_to_agree(visit: Visit, wanted: list[str]) -> list[tuple[str, str]]:
    if not wanted:
        return []
    said = ask_to_agree(workspace=visit.workspace, origin=visit.origin, wanted=list(dict.fromkeys(wanted)), now=visit.now)
    known = purposes(visit.workspace) if said else {}
    return [(known[name].title if name in known else name, visit.words[word]) for name, word in said.items()]


def _given(visit: Visit, purpose: Purpose) -> list[tuple[Contribution, str]]:
    """Return what a person is asked about where it is to be shown, with its photo as the address of a picture."""
    found = asked_about(visit.workspace, visit.person.person, purpose.name) if purpose.shows else []
    return [(one, f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}" if photo else "") for one, photo in found]


def _may_we(visit: Visit) -> HttpResponse:
    """Ask for the consent that the turn asks for; the answer is a statement with the wording shown.

    The letter that asks is the proof of a yes, until it is taken back: then the same letter, wherever it is by now, proves nothing more.
    """
    body = Delivery.within(visit.workspace).values_list("body", flat=True).get(pk=visit.origin.delivery)
    purpose = purposes(visit.workspace).get((body or {}).get("consent") or "")
    if purpose is None:
        return visit.page("consent.html", 404)
    answer = visit.request.POST.get("answer")
    question = visit.words["agree_ask_shows" if purpose.shows else "agree_ask"]
    if visit.request.method != "POST" or answer not in {"yes", "no"}:
        return visit.page("consent.html", purpose=purpose, question=question, given=_given(visit, purpose))
    wording = f"{question} {purpose.title}. {purpose.about}".strip()
    state = "granted" if answer == "yes" else "refused"
    origin, proof = visit.origin, {"delivery": visit.origin.delivery}
    channel = PUBLIC if purpose.shows else origin.channel
    said = statements_about(visit.workspace, origin.person, channel, purpose.name)
    if answer == "yes" and taken_back_since(said, origin.planned_at):
        return visit.page("consent.html", purpose=purpose, to_agree=_ask_to_agree(visit, [purpose.name]))
    stands = standing(visit.workspace, [origin.person])[origin.person]
    statement = NewStatement(origin.profile, channel, purpose.name, state, visit.now, "consent page", wording, proof)
    statements = [] if answer == "yes" and is_worth_less(stands, channel, purpose.name, visit.now) else [statement]
    consent.state(workspace=visit.workspace, statements=statements, now=visit.now)
    note_outcome(workspace=visit.workspace, deliveries=[origin.delivery], kind="responded", at=visit.now)
    return visit.page("consent.html", purpose=purpose, done=True, agreed=answer == "yes")
