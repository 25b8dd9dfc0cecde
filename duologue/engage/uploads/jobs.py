"""Importing the files that were handed in, one after the other, beside the worker; one that was cut off is taken up again."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from duologue.brand.catalogue.actions import import_products
from duologue.kit.pipeline import Refused
from duologue.people.exchange.actions import take_list
from duologue.people.imports.actions import import_events, import_file
from duologue.people.imports.listing import RefusedLines
from duologue.people.imports.models import Import
from duologue.people.imports.reading import look, opened
from duologue.platform.database import locks
from duologue.platform.jobs.app import app
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

log = structlog.get_logger()
UPLOAD: Final = re.compile(r"upload-[0-9a-f]{32}(\.gz)?")
MOST_TRIES: Final = 5
FORGOTTEN: Final = 24 * 60 * 60
"""After so many seconds a file that no import names is removed: the request that brought it was cut off."""


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="take-in-uploads", pass_context=False)
def take_in_uploads(timestamp: int = 0) -> None:  # noqa: ARG001 procrastinate hands it over
    """Import what was handed in; each minute also what a process left behind that ended in the midst of it."""
    take_in_all()
    _tidy()


def take_in_all() -> int:
    """Import every file that waits; return how many."""
    done = 0
    for number in list(Import._rows.exclude(upload="").order_by("pk").values_list("pk", flat=True)):
        job = Import._rows.select_related("workspace").filter(pk=number).exclude(upload="").first()
        if job is not None:
            done += _take_in(job)
    return done


def _take_in(job: Import) -> bool:
    """Import a file; say whether nothing is left to do for it. One that another process has in hand is left to it."""
    try:
        with _alone(job) as is_ours:
            return is_ours and bool(job.upload) and _ended(job, _what_kept_it(job))
    except (OperationalError, InterfaceError) as trouble:
        if not _database_answers():
            raise  # the next minute goes on from there
        log.error("upload_broke_off", upload=job.pk, workspace=job.workspace.name, error=type(trouble).__name__)  # noqa: TRY400
        return False


def _what_kept_it(job: Import) -> str:
    """Import a file; return why that could not be, "" where it could. Raises OperationalError or InterfaceError."""
    path = Path(settings.DATA.imports) / job.upload
    if not path.exists():
        return "The file is not there any more; send it again."
    if not _may_be_tried(job):
        return f"It was begun {MOST_TRIES} times and never got further; send it in smaller parts."
    try:
        _HOW[job.kind](job, path)
    except Refused as refusal:
        return refusal.sentence.replace(str(path), job.file)
    except (OperationalError, InterfaceError):
        raise
    except Exception as trouble:  # noqa: BLE001 one file must not keep the others from being taken in
        log.error("upload_failed", upload=job.pk, workspace=job.workspace.name, error=type(trouble).__name__)  # noqa: TRY400
        return f"It could not be taken in: {type(trouble).__name__}."
    return ""


def _may_be_tried(job: Import) -> bool:
    """Note that a file is begun; no more where it never got further than now, since whoever reads it may die of it."""
    job.tries = job.tries + 1 if job.tried_at == job.position else 1
    job.tried_at, job.state = job.position, Import.State.RUNNING
    job.save(update_fields=["tries", "tried_at", "state"])
    return job.tries <= MOST_TRIES


def _database_answers() -> bool:
    connection.close_if_unusable_or_obsolete()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT")
    except (OperationalError, InterfaceError):
        return False
    return True


def _ended(job: Import, sentence: str) -> bool:
    row = Import.within(job.workspace).get(pk=job.pk)
    row.state = Import.State.FAILED if sentence else Import.State.DONE
    row.sentence, row.ended_at = sentence[:500], now(job.workspace)
    upload, row.upload = row.upload, ""
    row.save(update_fields=["state", "sentence", "ended_at", "upload"])
    (Path(settings.DATA.imports) / upload).unlink(missing_ok=True)
    return True


def _people(job: Import, path: Path) -> None:
    import_file(workspace=job.workspace, path=path, kind=job.kind, recipe=job.recipe, name=job.file)


def _events(job: Import, path: Path) -> None:
    if job.recipe:
        _people(job, path)
    else:
        import_events(workspace=job.workspace, path=path, name=job.file)


def _products(job: Import, path: Path) -> None:
    """Import products; taken in anew from the start where it was cut off, since the same again changes nothing."""
    listed = _listed(job)
    refused = 0

    def refuse(lines: Sequence[tuple[int, Refused]]) -> None:
        nonlocal refused
        refused += len(lines)
        listed.add([(line, why, ()) for line, why in lines])

    encoding = look(path).encoding
    with opened(path) as file:
        lines = (line.decode(encoding, errors="replace") for line in file)
        read, changed = import_products(workspace=job.workspace, lines=lines, now=now(job.workspace), refuse=refuse)
    job.rows_read, job.rows_written, job.rows_refused, job.rows_unchanged = read, changed, refused, read - changed - refused
    job.refused_file = str(listed.path) if refused else ""
    job.save()


def _consent(job: Import, path: Path) -> None:
    """Take a list in; from the start where it was cut off, since the same list again changes nothing."""
    said = json.loads(job.recipe)
    listed = _listed(job)
    job.rows_read = 0

    def told(lines: float) -> None:
        job.rows_read += int(lines)
        job.save(update_fields=["rows_read"])

    taken = take_list(workspace=job.workspace, path=path, name=job.file, now=now(job.workspace), refused=listed, told=told, **said)
    job.refused_file = str(listed.path) if taken.refused else ""
    job.counts = {name: number for name, number in taken.counts.items() if name != "read"}
    job.rows_read, job.rows_refused = taken.counts["read"], taken.refused
    job.rows_unchanged = taken.counts["unchanged"]
    job.rows_written = job.rows_read - job.rows_unchanged - job.rows_refused
    job.save()


def _listed(job: Import) -> RefusedLines:
    """Return the list of refused lines of an import that begins at the start of its file: an empty one."""
    lines = RefusedLines(Path(settings.DATA.imports) / f"{job.workspace.name}-{job.pk}-refused.csv")
    lines.go_back_to(0)
    return lines


@contextmanager
def _alone(job: Import) -> Iterator[bool]:
    """Hold an import as one's own, if nobody else does, and know what is kept of it; a holder may take the same lock again."""
    own = (locks.IMPORT, job.pk % locks.SECOND)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", own)
        is_ours = cursor.fetchone()[0]
    try:
        if is_ours:
            job.refresh_from_db()
        yield is_ours
    finally:
        if is_ours and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", own)


def _tidy() -> None:
    """Remove files whose request was cut off before it was kept that they are there."""
    known = set(Import._rows.exclude(upload="").values_list("upload", flat=True))
    for path in _old_files():
        if path.name not in known:
            path.unlink(missing_ok=True)


def _old_files() -> Iterator[Path]:
    for path in Path(settings.DATA.imports).glob("upload-*"):
        if UPLOAD.fullmatch(path.name) and time.time() - path.stat().st_mtime > FORGOTTEN:
            yield path


_HOW: Final = {"people": _people, "events": _events, "products": _products, "consent": _consent}
