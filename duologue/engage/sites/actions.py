"""Keeping sites in versions, and taking in their forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction
from django.db.models import F

from duologue.engage.sites import models
from duologue.engage.sites.rules import RESERVED, Filled, Site, calls
from duologue.kit.pipeline import Refused
from duologue.kit.typed import as_json
from duologue.people.consent.queries import purposes
from duologue.people.intake.actions import receive
from duologue.platform.workspaces.queries import now as now_in
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.surveys import survey_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_site(*, workspace: Workspace, site: Site, now: datetime) -> models.SiteVersion:
    """Keep a site as a new version; the same again gives the version there is. Raises Refused where it names what is not there."""
    known = purposes(workspace)
    for purpose in site.consent:
        if purpose not in known or known[purpose].basis != "consent":
            raise Refused("unknown purpose", f"There is no purpose {purpose!r} by consent; write it into purposes.yaml.")
    if site.survey:
        _check_survey(workspace, site)
    row, _ = models.Site.within(workspace).select_for_update().get_or_create(workspace=workspace, name=site.site)
    data = as_json(site)
    newest = models.SiteVersion.within(workspace).filter(site=row).order_by("-number").first()
    if newest is not None and newest.data == data:
        return newest
    version = models.SiteVersion(workspace=workspace, site=row, number=newest.number + 1 if newest else 1, data=data, since=now)
    version.save()
    models.Site.within(workspace).filter(pk=row.pk).update(current=version.number)
    return version


def _check_survey(workspace: Workspace, site: Site) -> None:
    version = SurveyVersion.within(workspace).filter(name=site.survey).order_by("-number").first()
    if version is None:
        raise Refused("unknown survey", f"There is no survey {site.survey!r}.")
    taken = sorted({*site.asks, *RESERVED} & set(survey_of(version).questions))
    if taken:
        raise Refused("unknown survey", f"The survey {site.survey!r} asks under a name that the form itself uses: {', '.join(taken)}.")


@transaction.atomic
def take_form(*, workspace: Workspace, site: Site, version: int, filled: Filled, facts: Mapping[str, Any] | None = None) -> None:
    """Take in a form by the one way in; durable when this returns. `facts` are what answers of its survey fill."""
    now = now_in(workspace)
    payloads = [msgspec.json.encode(call) for call in calls(site, version, filled, now, facts or {}, country=workspace.country)]
    receive(workspace=workspace, source=f"site {site.site}"[:80], payloads=payloads, now=now)
    models.Site.within(workspace).filter(name=site.site).update(forms=F("forms") + 1)
