"""What a person gives to be shown: reading photos of a form, the boxes that allow it, and keeping it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from duologue.engage.contributions.actions import NewContribution, contribute
from duologue.engage.contributions.photos import MOST_BYTES, NotTaken, TakenPhoto, take_photo
from duologue.engage.contributions.rules import BOX, PUBLIC, GivenByForm
from duologue.engage.conversations.agreeing import is_worth_less
from duologue.people.consent.actions import NewStatement
from duologue.people.consent.queries import purposes, standing
from duologue.strategize.dialogues.rules.survey import GIVEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.survey import Survey
    from duologue.web.public.access import Visit


def wordings(workspace: Workspace, asked: Survey) -> dict[str, str]:
    """Return the words beside the box of each question that asks for something to be shown: those of its purpose."""
    named = {key: one.fills.consent for key, one in asked.questions.items() if one.kind in GIVEN and one.fills and one.fills.consent}
    known = purposes(workspace) if named else {}
    return {key: known[name].about or known[name].title for key, name in named.items() if name in known}


def agreed(request: HttpRequest, asked: Survey) -> dict[str, Any]:
    """Return the boxes that were ticked, as a form is filled in with them again."""
    return {f"{key}-agree": ["yes"] for key in asked.questions if f"{key}-agree" in request.POST}


def read_photos(request: HttpRequest, asked: Survey) -> tuple[dict[str, TakenPhoto], dict[str, str]]:
    """Return the photos of a form by question, and for those that cannot be taken which words say why.

    One that was chosen before the form was shown again comes along in it, so that it need not be chosen twice.
    """
    photos, faults = {}, {}
    for key, question in asked.questions.items():
        if question.kind != "photo":
            continue
        try:
            if raw := _sent(request, key):
                photos[key] = take_photo(raw)
            elif question.needed:
                faults[key] = "needed"
        except NotTaken as refusal:
            faults[key] = str(refusal)
    return photos, faults


def kept_photos(photos: Mapping[str, TakenPhoto]) -> dict[str, str]:
    """Return photos as text for a form that is shown again to keep."""
    return {key: base64.b64encode(photo.content).decode() for key, photo in photos.items()}


def _sent(request: HttpRequest, key: str) -> bytes:
    file = request.FILES.get(key)
    if file is not None and file.size:
        if file.size > MOST_BYTES:
            raise NotTaken("photo_too_large")
        return bytes(file.read())
    try:
        return base64.b64decode(request.POST.get(f"{key}-kept", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def keep_given(visit: Visit, asked: Survey, answers: Mapping[str, Any], photos: Mapping[str, TakenPhoto]) -> list[NewStatement]:
    """Keep what is given to be shown; return the consents that go with it, each with the words beside its box.

    Words beside which stars were given (a question of the kind `scale`) are a review.
    """
    origin, boxes = visit.origin, wordings(visit.workspace, asked)
    stars = _stars(asked, answers)
    given, statements = [], []
    for key, value in answers.items():
        question = asked.questions[key]
        if question.kind not in GIVEN:
            continue
        allowed = key in boxes and f"{key}-agree" in visit.request.POST
        purpose = question.fills.consent if allowed and question.fills else ""
        photo = photos.get(key)
        text, stands = ("", None) if photo else (str(value), stars)
        given.append(NewContribution(origin.profile, asked.survey, key, origin.delivery, purpose, text, stands, photo))
        if purpose:
            source, proof = f"{BOX}{asked.survey}", {"delivery": origin.delivery, "question": key}
            statements.append(NewStatement(origin.profile, PUBLIC, purpose, "granted", visit.now, source, boxes[key], proof))
    if given:
        contribute(workspace=visit.workspace, given=given, now=visit.now)
    if not statements:
        return []
    standings = standing(visit.workspace, [origin.person])
    return [one for one in statements if not is_worth_less(standings[origin.person], one.channel, one.purpose, visit.now)]


def given_by(request: HttpRequest, workspace: Workspace, asked: Survey, answers: Mapping[str, Any]) -> dict[str, GivenByForm]:
    """Return what somebody whom nobody knows yet gives to be shown, by question, with the purposes whose box is ticked."""
    boxes, stars, found = wordings(workspace, asked), _stars(asked, answers), {}
    for key in answers:
        question = asked.questions[key]
        if question.kind in GIVEN:
            allowed = key in boxes and f"{key}-agree" in request.POST
            purpose = question.fills.consent if allowed and question.fills else ""
            found[key] = GivenByForm(asked.survey, purpose, stars=None if question.kind == "photo" else stars)
    return found


def _stars(asked: Survey, answers: Mapping[str, Any]) -> int | None:
    return next((answers[key] for key, question in asked.questions.items() if question.kind == "scale" and key in answers), None)
