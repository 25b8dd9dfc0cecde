"""Sites over HTTP: drafting one, publishing it, bringing an earlier version back."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from typing import TYPE_CHECKING, Any

from ninja import Path, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from pydantic import Field

from duologue.api.v1.access import REFUSALS, Plain, note_by, plain, room
from duologue.api.v1.once import once
from duologue.api.v1.texts import LONGEST, Wrong, WrongLine, wrong
from duologue.brand.wording.queries import reading
from duologue.engage.sites import actions, queries
from duologue.engage.sites.rules.naming import may_be_called, sentence
from duologue.engage.sites.weight import findings
from duologue.kit.pipeline import Refused
from duologue.kit.yaml import Mistakes
from duologue.platform.staff.rules import Right
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.engage.sites.models import Site
    from duologue.platform.staff.models import Key
    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["sites"])


class SiteLine(Schema):
    """A site: the number of its version in force (0: nobody but members has seen it), and how many forms came in by it."""

    name: str
    version: int
    since: datetime | None
    forms: int
    has_draft: bool


class SiteFinding(Schema):
    """Something to look at in a text, which keeps nothing from being published: what it is and what to do, each a sentence, and where."""

    tone: str
    about: str
    says: str
    do: str
    field: str


class SiteWhole(SiteLine):
    """The same with the text in force, the draft of the next one, what keeps it from being published, and what to look at in it."""

    source: str
    draft: str
    mistakes: list[WrongLine]
    findings: list[SiteFinding]


class Draft(Schema):
    """What a site is to become, in the YAML of a plan folder's file; an empty text drops the draft."""

    source: Plain = Field(max_length=LONGEST)


@router.get("", response={200: list[SiteLine], **REFUSALS}, operation_id="list_sites")
def list_sites(request: HttpRequest, workspace: Path[str]) -> list[dict[str, Any]]:
    """Return the sites by name, those that are only drafted among them."""
    here = room(request, workspace, Right.LOOK)
    found = {one.site.site: one for one in queries.sites(here)}
    lines = [
        {"name": name, "version": one.number, "since": one.since, "forms": one.forms, "has_draft": one.has_draft}
        for name, one in found.items()
    ]
    lines += [
        {"name": row.name, "version": 0, "since": None, "forms": row.forms, "has_draft": bool(row.draft)}
        for row in queries.only_drafted(here)
    ]
    return sorted(lines, key=lambda line: str(line["name"]))


@router.get("/{name}", response={200: SiteWhole, **REFUSALS}, operation_id="get_site")
def get_site(request: HttpRequest, workspace: Path[str], name: Path[str]) -> dict[str, Any]:
    """Return one site, published or only drafted."""
    here = room(request, workspace, Right.LOOK)
    return _whole(here, _known(here, name))


@router.put("/{name}/draft", response={200: SiteWhole, 204: None, **REFUSALS}, operation_id="draft_site")
@decorate_view(once)
def draft_site(request: HttpRequest, workspace: Path[str], name: Path[str], body: Draft) -> Status[Any]:
    """Keep the draft of a site, whatever is still wrong with it; only members see it. 204 where an empty text leaves no site."""
    here = room(request, workspace, Right.EDIT)
    if not may_be_called(plain(name)):
        raise HttpError(422, sentence(name))
    if not body.source.strip():
        _known(here, name)
    actions.save_draft(workspace=here, name=name, source=body.source, now=now(here), by=_by(request))
    note_by(request, here, "draft site", name)
    row = queries.row_of(here, name)
    return Status(200, _whole(here, row)) if row else Status(204, None)


@router.post("/{name}/publish", response={200: SiteWhole, **REFUSALS}, operation_id="publish_site")
@decorate_view(once)
def publish_site(request: HttpRequest, workspace: Path[str], name: Path[str]) -> Status[dict[str, Any]]:
    """Put the draft in force as a new version. 409 where there is none, 422 with its lines where something is wrong with it."""
    here = room(request, workspace, Right.PUBLISH)
    row = _known(here, name)
    if not row.draft:
        return Status(409, {"detail": f"The site {name!r} has no draft; send one first."})
    try:
        actions.called(row.draft, name)
        version = actions.save_site(workspace=here, source=row.draft, now=now(here), by=_by(request))
    except Mistakes as found:
        raise Wrong(found) from found
    note_by(request, here, "publish site", name, version=version.number)
    return Status(200, _whole(here, _known(here, name)))


@router.post("/{name}/versions/{number}/bring-back", response={200: SiteWhole, **REFUSALS}, operation_id="bring_site_back")
@decorate_view(once)
def bring_site_back(request: HttpRequest, workspace: Path[str], name: Path[str], number: Path[int]) -> dict[str, Any]:
    """Put what an earlier version said in force again, as a new one."""
    here = room(request, workspace, Right.PUBLISH)
    _known(here, name)
    try:
        version = actions.bring_back(workspace=here, name=name, number=max(0, min(number, 2**31 - 1)), now=now(here), by=_by(request))
    except Refused as refusal:
        raise HttpError(404, refusal.sentence) from refusal
    except Mistakes as found:
        raise Wrong(found) from found
    note_by(request, here, "bring back site", name, version=number, **{"as": version.number})
    return _whole(here, _known(here, name))


def _known(here: Workspace, name: str) -> Site:
    row = queries.row_of(here, plain(name))
    if row is None:
        raise HttpError(404, f"There is no site {name!r}.")
    return row


def _by(request: HttpRequest) -> str:
    key: Key = request.auth  # type: ignore[attr-defined]
    return f"key {key.name}"[:80]


def _whole(here: Workspace, row: Site) -> dict[str, Any]:
    found = queries.version(here, row.name, row.current) if row.current else None
    mistakes: list[dict[str, Any]] = []
    site = queries.site_of(found) if found else None
    if row.draft:
        try:
            actions.called(row.draft, row.name)
            site = actions.checked(here, row.draft)
        except Mistakes as some:
            mistakes, site = wrong(some), None
    read = reading(here, f"sites/{row.name}.yaml", findings(here, site)).open if site else []
    return {
        "name": row.name,
        "version": row.current,
        "since": found.since if found else None,
        "forms": row.forms,
        "has_draft": bool(row.draft),
        "source": found.source if found else "",
        "draft": row.draft,
        "mistakes": mistakes,
        "findings": [{key: getattr(one, key) for key in ("tone", "about", "says", "do", "field")} for one in read],
    }
