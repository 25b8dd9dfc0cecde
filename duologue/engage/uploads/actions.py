"""Taking a file in to be imported by a job."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from duologue.engage.uploads.jobs import take_in_uploads
from duologue.kit.pipeline import Refused
from duologue.people.consent.queries import purposes
from duologue.people.exchange.rules.states import state_of
from duologue.people.exchange.rules.tools import TOOLS
from duologue.people.imports.actions import begin_import, wait_for_job
from duologue.people.imports.models import Import
from duologue.people.imports.reading import look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.platform.workspaces.models import Workspace

KINDS: Final = ("people", "events", "products", "consent")
MOST_UNPACKED: Final = 500_000_000  # bytes


@dataclass(slots=True, frozen=True)
class Upload:
    """What a file is and how it is read. A list of consent names its `tool` and `purpose`, and its `state` where its rows do not say."""

    kind: str
    name: str
    recipe: str = ""
    external_id: str = ""
    tool: str = ""
    purpose: str = ""
    state: str = ""


@transaction.atomic
def hand_in(*, workspace: Workspace, upload: Upload, content: Iterable[bytes]) -> Import:
    """Keep a file, and have it imported by a job; the same people or events by the same recipe are imported once.

    Raises Refused with a sentence where it cannot be read at all; then nothing is kept.
    """
    _check(workspace, upload)
    path = Path(settings.DATA.imports) / f"upload-{uuid.uuid4().hex}{_ending(upload.name)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    try:
        with path.open("wb") as file:
            file.writelines(content)
        job = _begin(workspace, upload, path)
        if job.was_done_before or job.upload:
            path.unlink()
            return job
        job.upload = path.name
        job.state = Import.State.RUNNING if job.position else Import.State.WAITING
        job.tries = 0
        job.save(update_fields=["upload", "state", "tries"])  # another process may be at work on it, and keeps how far it is
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    with suppress(AlreadyEnqueued), transaction.atomic():
        take_in_uploads.defer()
    return job


def _begin(workspace: Workspace, upload: Upload, path: Path) -> Import:
    try:
        if upload.kind in {"people", "events"}:
            return begin_import(
                workspace=workspace,
                path=path,
                kind=upload.kind,
                name=upload.name,
                recipe=upload.recipe,
                external_id=upload.external_id,
                most=MOST_UNPACKED,
            )
        digest = look(path, MOST_UNPACKED).digest
    except Refused as refusal:
        raise Refused(refusal.reason, refusal.sentence.replace(str(path), upload.name)) from refusal
    if upload.kind != "consent":
        return wait_for_job(workspace=workspace, kind=upload.kind, name=upload.name, recipe="", digest=digest)
    said = {"tool": upload.tool, "purpose": upload.purpose, "state": state_of(TOOLS[upload.tool], upload.name, upload.state)}
    return wait_for_job(workspace=workspace, kind=upload.kind, name=upload.name, recipe=json.dumps(said), digest=digest)


def _check(workspace: Workspace, upload: Upload) -> None:
    """Refuse what is said of a file where it cannot be right, before the file is looked at."""
    if upload.kind not in KINDS:
        raise Refused("unknown kind", f"{upload.kind!r} is nothing that is imported; there are {', '.join(KINDS)}.")
    if upload.kind != "consent":
        if upload.tool or upload.purpose or upload.state:
            raise Refused("not for this", "Tool, purpose and state are said of a list of consent alone.")
        return
    known = [name for name, one in purposes(workspace).items() if one.basis == "consent"]
    if upload.purpose not in known:
        raise Refused("unknown purpose", f"{upload.purpose!r} is no purpose by consent; there are {', '.join(known) or 'none yet'}.")
    if upload.tool not in TOOLS:
        raise Refused("unknown tool", f"{upload.tool!r} is no tool whose lists are understood; there are {', '.join(sorted(TOOLS))}.")
    state_of(TOOLS[upload.tool], upload.name, upload.state)


def _ending(name: str) -> str:
    return ".gz" if name.lower().endswith(".gz") else ""
