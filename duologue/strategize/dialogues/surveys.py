"""Keeping surveys in versions, and finding them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from duologue.kit.yaml import read_yaml, suggestion
from duologue.people.consent.queries import purposes, topics
from duologue.platform.database import versions
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.rules import survey as rules

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from duologue.kit.yaml import Document
    from duologue.people.consent.models import Purpose
    from duologue.platform.workspaces.models import Workspace


def take_survey(*, workspace: Workspace, name: str, source: str, now: datetime, file: str = "") -> SurveyVersion:
    """Put in force what a text says of a survey. Raises Mistakes, also where it fills a topic or a consent that is not there."""
    survey = read_whole(workspace, name, source, file)
    return save_survey(workspace=workspace, survey=survey, now=now, source=source)


def read_whole(workspace: Workspace, name: str, source: str, file: str = "") -> rules.Survey:
    """Return the survey of this name that a text describes. Raises Mistakes, also where it fills a topic or a consent that is not there."""
    survey = rules.read_survey(source, file)
    versions.named(source, survey.survey, name, "survey", file)
    _check(workspace, read_yaml(source, file), survey)
    return survey


def _check(workspace: Workspace, document: Document, survey: rules.Survey) -> None:
    known, uses = topics(workspace), purposes(workspace)
    for key, question in survey.questions.items():
        fills, place = question.fills, ("questions", key, "fills")
        if fills and fills.topic and fills.topic not in known:
            near = suggestion(fills.topic, known) or "; write it into topics.yaml"
            document.refuse((*place, "topic"), f"There is no topic {fills.topic!r}{near}.")
        if fills and fills.consent and (wrong := _wrong_consent(uses, fills.consent, is_given=question.kind in rules.GIVEN)):
            document.refuse((*place, "consent"), wrong)
    document.settle()


def _wrong_consent(uses: Mapping[str, Purpose], named: str, *, is_given: bool) -> str:
    """Return why a question cannot fill the consent to a purpose; "" where it can."""
    purpose = uses.get(named)
    if is_given:
        sentence = f"What people give is shown by a purpose of its own; write it into purposes.yaml: {named}: {{title: …, shows: true}}."
        return sentence if purpose is None or not purpose.shows else ""
    if purpose is None or purpose.basis != purpose.Basis.CONSENT:
        near = suggestion(named, [name for name, one in uses.items() if one.basis == one.Basis.CONSENT and not one.shows])
        return f"There is no purpose {named!r} by consent{near or '; write it into purposes.yaml'}."
    return (
        f"{named!r} is about showing what people give, which a quote or a photo asks for; name a purpose to write by."
        if purpose.shows
        else ""
    )


def save_survey(*, workspace: Workspace, survey: rules.Survey, now: datetime, source: str = "") -> SurveyVersion:
    """Keep a survey as a new version; the same again gives the version there is."""
    return versions.keep(SurveyVersion, workspace=workspace, name=survey.survey, data=rules.to_json(survey), now=now, source=source)


def survey_of(version: SurveyVersion) -> rules.Survey:
    """Return the survey that a version holds."""
    return rules.from_json(version.data)


def numbers(workspace: Workspace, names: Collection[str]) -> dict[str, int]:
    """Return the newest version's number of each of these surveys that there is."""
    rows = SurveyVersion.within(workspace).filter(name__in=list(names)).values("name").annotate(newest=Max("number"))
    return {row["name"]: row["newest"] for row in rows}
