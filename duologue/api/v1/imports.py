"""Imports over HTTP: handing a file in, seeing how far it is, fetching the lines that were refused."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 the schema reads it
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.conf import settings
from django.http import FileResponse, HttpResponseBase
from ninja import File, Form, Path, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from ninja.files import UploadedFile  # noqa: TC002 the operation reads it
from pydantic import Field

from duologue.api.v1.access import MOST_NUMBER, REFUSALS, Plain, note_by, room
from duologue.api.v1.once import once
from duologue.engage.uploads.actions import Upload, hand_in
from duologue.kit.pipeline import Refused
from duologue.people.imports.models import Import
from duologue.platform.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.platform.workspaces.models import Workspace

router = Router(tags=["imports"])
MOST_IMPORTS = 100
LARGEST = 20_000_000  # bytes
LONGEST_NAME = 200
CSV: dict[str, Any] = {"responses": {200: {"description": "OK", "content": {"text/csv": {}}}}}
Short = Annotated[Plain, Field(max_length=200)]


class ImportLine(Schema):
    """A file that was taken in, or is being: waiting, running, done or failed, and how many of its lines became what."""

    id: int
    kind: str
    file: str
    state: str
    rows_read: int
    rows_written: int
    rows_unchanged: int
    rows_refused: int
    started_at: datetime
    ended_at: datetime | None
    sentence: str


class Asked(Schema):
    """What the file is. `recipe` says how a table is read (needed for events in CSV), `external_id` names the column of the shop's number.

    A list of consent names the `tool` that wrote it and the `purpose` it stands for; `state` where neither its rows nor its name say it.
    """

    kind: Literal["people", "events", "products", "consent"]
    recipe: Annotated[Plain, Field(max_length=100_000)] = ""
    external_id: Short = ""
    tool: Short = ""
    purpose: Short = ""
    state: Short = ""


@router.get("", response={200: list[ImportLine], **REFUSALS}, operation_id="list_imports")
def list_imports(request: HttpRequest, workspace: Path[str]) -> list[Import]:
    """Return what was taken in by file, the last first, a hundred at most."""
    return list(Import.within(room(request, workspace, Right.SEE_PEOPLE)).order_by("-started_at", "-pk")[:MOST_IMPORTS])


@router.post("", response={200: ImportLine, 202: ImportLine, **REFUSALS}, operation_id="start_import")
@decorate_view(once)
def start_import(request: HttpRequest, workspace: Path[str], asked: Form[Asked], file: File[UploadedFile]) -> Status[Import]:
    """Hand in a file of up to 20 MB, plain or gzip, to be imported by a job (202); 200 where it was imported before and nothing is done."""
    here = room(request, workspace, Right.EDIT)
    if (file.size or 0) > LARGEST:
        raise HttpError(413, f"A file may hold {LARGEST // 1_000_000} MB; pack it with gzip, or send it in parts.")
    name = FilePath(file.name or "").name.replace("\x00", "")[-LONGEST_NAME:] or "file"
    try:
        job = hand_in(workspace=here, upload=Upload(name=name, **asked.dict()), content=file.chunks())
    except Refused as refusal:
        raise HttpError(422, refusal.sentence) from refusal
    note_by(request, here, f"import {asked.kind}", str(job.pk))
    return Status(200 if job.state == Import.State.DONE else 202, job)


@router.get("/{number}", response={200: ImportLine, **REFUSALS}, operation_id="get_import")
def get_import(request: HttpRequest, workspace: Path[str], number: Path[int]) -> Import:
    """Return one import: how far it is, or what came of it."""
    return _known(room(request, workspace, Right.SEE_PEOPLE), number)


@router.get("/{number}/refused", response={200: Any, **REFUSALS}, operation_id="get_refused_lines", openapi_extra=CSV)
def get_refused_lines(request: HttpRequest, workspace: Path[str], number: Path[int]) -> HttpResponseBase:
    """Return the lines that were refused as CSV, each with its reason; 404 where none was."""
    here = room(request, workspace, Right.EXPORT_PEOPLE)
    listed = _known(here, number).refused_file
    path = FilePath(settings.DATA.imports) / FilePath(listed).name
    if not listed or not path.is_file():
        raise HttpError(404, "No line of this import was refused.")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="text/csv; charset=utf-8")


def _known(here: Workspace, number: int) -> Import:
    found = Import.within(here).filter(pk=number).first() if 0 < number < MOST_NUMBER else None
    if found is None:
        raise HttpError(404, "There is no such import.")
    return found
