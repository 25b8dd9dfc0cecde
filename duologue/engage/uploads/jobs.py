"""Importing the files that were handed in, one after the other, beside the worker; one that was cut off is taken up again."""

from __future__ import annotations

import json
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
    from collections.abc import Iterator

log = structlog.get_logger()
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
    path = Path(settings.DATA.imports) / job.upload
    if not path.exists():
        return _ended(job, "The file is not there any more; send it again.")
    Import.within(job.workspace).filter(pk=job.pk, state=Import.State.WAITING).update(state=Import.State.RUNNING)
    try:
        _HOW[job.kind](job, path)
    except Refused as refusal:
        if refusal.reason == "under way":
            return False  # another process has it in hand
        return _ended(job, refusal.sentence.replace(str(path), job.file))
    except (OperationalError, InterfaceError):
        raise  # the database is away: the next minute goes on from there
    except Exception as trouble:  # noqa: BLE001 one file must not keep the others from being taken in
        log.error("upload_failed", upload=job.pk, workspace=job.workspace.name, error=type(trouble).__name__)  # noqa: TRY400
        return _ended(job, f"It could not be taken in: {type(trouble).__name__}.")
    return _ended(job, "")


def _ended(job: Import, sentence: str) -> bool:
    row = Import.within(job.workspace).get(pk=job.pk)
    row.state = Import.State.FAILED if sentence else Import.State.DONE
    row.sentence, row.ended_at = sentence[:500], now(job.workspace)
    upload, row.upload = row.upload, ""
    row.save()
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
    with _alone(job) as refused_lines:
        encoding = look(path).encoding
        with opened(path) as file:
            lines = (line.decode(encoding, errors="replace") for line in file)
            read, changed, refused = import_products(workspace=job.workspace, lines=lines, now=now(job.workspace))
        if refused_lines.add([(line, why, ()) for line, why in refused]):
            job.refused_file = str(refused_lines.path)
        job.rows_read, job.rows_written, job.rows_refused = read, changed, len(refused)
        job.rows_unchanged = read - changed - len(refused)
        job.save()


def _consent(job: Import, path: Path) -> None:
    """Take a list in; from the start where it was cut off, since the same list again changes nothing."""
    said = json.loads(job.recipe)
    with _alone(job) as refused_lines:
        job.rows_read = 0

        def told(lines: float) -> None:
            job.rows_read += int(lines)
            job.save()

        taken = take_list(workspace=job.workspace, path=path, now=now(job.workspace), told=told, **said)
        if refused_lines.add([(line, why, ()) for line, why in taken.refused]):
            job.refused_file = str(refused_lines.path)
        if taken.refused_file:
            Path(taken.refused_file).unlink(missing_ok=True)
        job.counts = {name: number for name, number in taken.counts.items() if name != "read"}
        job.rows_read, job.rows_refused = taken.counts["read"], len(taken.refused)
        job.rows_unchanged = taken.counts["unchanged"]
        job.rows_written = job.rows_read - job.rows_unchanged - job.rows_refused
        job.save()


@contextmanager
def _alone(job: Import) -> Iterator[RefusedLines]:
    """Hold an import as one's own, with an empty list for its refused lines; raises Refused where another process holds it."""
    own = (locks.IMPORT, job.pk % locks.SECOND)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", own)
        if not cursor.fetchone()[0]:
            raise Refused("under way", f"{job.file} is being imported by another process just now.")
    try:
        lines = RefusedLines(Path(settings.DATA.imports) / f"{job.workspace.name}-{job.pk}-refused.csv")
        lines.go_back_to(0)
        yield lines
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", own)


def _tidy() -> None:
    """Remove files whose request was cut off before it was kept that they are there."""
    known = set(Import._rows.exclude(upload="").values_list("upload", flat=True))
    for path in _old_files():
        if path.name not in known:
            path.unlink(missing_ok=True)


def _old_files() -> Iterator[Path]:
    for path in Path(settings.DATA.imports).glob("*-upload-*"):
        if time.time() - path.stat().st_mtime > FORGOTTEN:
            yield path


_HOW: Final = {"people": _people, "events": _events, "products": _products, "consent": _consent}
