"""Drafting and publishing sites, and taking in their forms."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction
from django.db.models import F
from msgspec.structs import replace

from duologue.engage.contributions.actions import hold
from duologue.engage.sites import models, values
from duologue.engage.sites.rules import naming
from duologue.engage.sites.rules.forms import RESERVED, Filled, calls
from duologue.engage.sites.rules.page import forms_of, read_site
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Document, Mistake, Mistakes, read_yaml
from duologue.people.consent.queries import purposes
from duologue.people.intake.actions import receive
from duologue.platform.database.versions import in_force
from duologue.platform.workspaces.queries import now as now_in
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.rules.survey import GIVEN
from duologue.strategize.dialogues.surveys import survey_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.engage.contributions.photos import TakenPhoto
    from duologue.engage.sites.rules.page import Form, Site
    from duologue.kit.yaml import Place
    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def save_site(*, workspace: Workspace, source: str, now: datetime, file: str = "", by: str = "") -> models.SiteVersion:
    """Publish a site as a new version; the same again gives the version there is. Its draft, where it is this text, is done with.

    Raises Mistakes with all that is wrong, also where it names what is not there.
    """
    site = checked(workspace, source, file)
    row, _ = models.Site.within(workspace).select_for_update().get_or_create(workspace=workspace, name=site.site)
    data = msgspec.json.encode(site).decode()
    newest = models.SiteVersion.within(workspace).filter(site=row).order_by("-number").first()
    if row.draft == source:
        row.draft, row.drafted_at, row.drafted_by = "", None, ""
        row.save(update_fields=["draft", "drafted_at", "drafted_by"])
    if newest is not None and newest.data == data:
        if newest.source != source:
            newest.source = source
            newest.save(update_fields=["source"])
        return newest
    number = newest.number + 1 if newest else 1
    version = models.SiteVersion(workspace=workspace, site=row, number=number, source=source, data=data, since=now, published_by=by)
    version.save()
    models.Site.within(workspace).filter(pk=row.pk).update(current=version.number)
    return version


def save_draft(*, workspace: Workspace, name: str, source: str, now: datetime, by: str) -> None:
    """Keep what a site is to become, whatever is still wrong with it; an empty text drops the draft. Only members see it.

    Raises Refused where the draft calls itself by another name, or there is no such site and nothing to draft.
    """
    with transaction.atomic():
        row = models.Site.within(workspace).select_for_update().filter(name=name).first()
        if row is None:
            row = models.Site(workspace=workspace, name=name)
        row.draft, row.drafted_at, row.drafted_by = (source, now, by) if source.strip() else ("", None, "")
        if row.pk is None or row.current or row.draft:
            row.save()
        else:
            row.delete()


@transaction.atomic
def bring_back(*, workspace: Workspace, name: str, number: int, now: datetime, by: str) -> models.SiteVersion:
    """Publish what an earlier version said as a new version. Raises Refused where there is none, Mistakes where it no longer holds."""
    earlier = models.SiteVersion.within(workspace).filter(site__name=name, number=number).first()
    if earlier is None:
        raise Refused("no such version", f"There is no version {number} of {name}.")
    return save_site(workspace=workspace, source=earlier.source, now=now, by=by)


def checked(workspace: Workspace, source: str, file: str = "") -> Site:
    """Return the site a text describes; raises Mistakes with all that is wrong, also where it names what is not there."""
    site = read_site(source, file)
    document = read_yaml(source, file)
    if not naming.may_be_called(site.site):
        document.refuse(("site",), naming.sentence(site.site))
    values.mistakes(document, site)
    known = purposes(workspace)
    for name, form in forms_of(site).items():
        place: Place = ("forms", name) if name else ()
        for purpose in form.consent:
            if purpose not in known or known[purpose].basis != "consent":
                sentence = f"There is no purpose {purpose!r} by consent; write it into purposes.yaml."
                document.refuse((*place, "consent", purpose), sentence)
        if form.survey:
            _check_survey(workspace, document, place, form)
    document.settle()
    return site


def _check_survey(workspace: Workspace, document: Document, place: Place, form: Form) -> None:
    version = in_force(SurveyVersion, workspace, form.survey)
    if version is None:
        document.refuse((*place, "survey"), f"There is no survey {form.survey!r}.")
        return
    given = [key for key, one in survey_of(version).questions.items() if one.kind in GIVEN]
    if given and form.asks[:1] != ("email",):
        sentence = f"The survey {form.survey!r} asks for something to be shown: {', '.join(given)}. Whether it may be is asked once more"
        document.refuse((*place, "asks"), f"{sentence} at the address, so a form with it asks for `email` first.")
    taken = sorted({*form.asks, *RESERVED} & set(survey_of(version).questions))
    if taken:
        sentence = f"The survey {form.survey!r} asks under a name that the form itself uses: {', '.join(taken)}."
        document.refuse((*place, "survey"), sentence)


def called(source: str, name: str, file: str = "") -> None:
    """Raise Mistakes where a text of a site calls itself otherwise."""
    site = read_site(source, file)
    if site.site != name:
        line = read_yaml(source, file).line(("site",))
        raise Mistakes([Mistake(file, line, f"It calls itself {site.site!r}; here it is {name!r}.")])


@transaction.atomic
def take_form(
    *, workspace: Workspace, site: str, which: str, form: Form, version: int, filled: Filled, photos: Mapping[str, TakenPhoto] | None = None
) -> None:
    """Take in a form by the one way in, with the photos among what it gives; durable when this returns."""
    now = now_in(workspace)
    if photos:
        held = hold(workspace=workspace, photos=photos, now=now)
        given = {key: replace(one, photo=held.get(key, "")) for key, one in filled.given.items()}
        filled = replace(filled, given=given, photos={key: blake2b(one.content, digest_size=16).hexdigest() for key, one in photos.items()})
    payloads = [msgspec.json.encode(call) for call in calls(site, which, form, filled, now, version=version, country=workspace.country)]
    receive(workspace=workspace, source=f"site {site}"[:80], payloads=payloads, now=now)
    models.Site.within(workspace).filter(name=site).update(forms=F("forms") + 1)
