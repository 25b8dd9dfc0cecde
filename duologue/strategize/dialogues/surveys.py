"""Keeping surveys in versions, and finding them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from duologue.strategize import versions
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.rules import survey as rules

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


def save_survey(*, workspace: Workspace, survey: rules.Survey, now: datetime) -> SurveyVersion:
    """Keep a survey as a new version; the same again gives the version there is."""
    return versions.keep(SurveyVersion, workspace=workspace, name=survey.survey, data=rules.to_json(survey), now=now)


def survey_of(version: SurveyVersion) -> rules.Survey:
    """Return the survey that a version holds."""
    return rules.from_json(version.data)


def numbers(workspace: Workspace, names: Collection[str]) -> dict[str, int]:
    """Return the newest version's number of each of these surveys that there is."""
    rows = SurveyVersion.within(workspace).filter(name__in=list(names)).values("name").annotate(newest=Max("number"))
    return {row["name"]: row["newest"] for row in rows}
