"""Importing files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from duologue.kit.pipeline import Passage, Refused
from duologue.people.imports.listing import RefusedLines
from duologue.people.imports.models import Import
from duologue.people.imports.reading import look, opened, rows
from duologue.people.imports.recipe import guessed, read_recipe
from duologue.people.imports.running import Running, recipe_text
from duologue.people.intake.actions import note_refusals, take_in
from duologue.people.intake.rules import Incoming, understand
from duologue.platform.database import locks
from duologue.platform.workspaces.queries import now as now_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.people.imports.reading import Look
    from duologue.people.imports.recipe import Recipe
    from duologue.platform.workspaces.models import Workspace

EVENTS_AT_ONCE = 5000


def import_file(
    *,
    workspace: Workspace,
    path: Path,
    kind: str,
    recipe: str = "",
    external_id: str = "",
    name: str = "",
    told: Callable[[int], None] = lambda _lines: None,
) -> Import:
    """Import a CSV file of people or events by a recipe's text, going on where an earlier try was cut off.

    The same file with the same recipe is imported once; a second time it changes nothing. Every batch is committed with
    the position it reached. `told` is called with the number of lines read since. Raises Refused with a sentence.
    """
    seen = look(path)
    made, headings = _recipe(path, seen, kind, recipe, external_id, name or path.name)
    job = _job(workspace=workspace, name=name or path.name, kind=kind, recipe=recipe or recipe_text(made), digest=seen.digest)
    if job.was_done_before:
        return job
    _alone(job)
    try:
        refused_file = Path(settings.DATA.imports) / f"{workspace.name}-{job.pk}-refused.csv"
        Running(workspace, made, job, refused_file).run(path, seen.encoding, headings, told)
    except Refused as refusal:
        _end(workspace, job, Import.State.FAILED, refusal.sentence)
        raise
    finally:
        _unlock(job)
    return _end(workspace, job, Import.State.DONE, "")


def begin_import(
    *, workspace: Workspace, path: Path, kind: str, name: str, recipe: str = "", external_id: str = "", most: int | None = None
) -> Import:
    """Look at a file that a job is to import, and return its import: a new one, or that of an earlier try.

    Events without a recipe are lines of JSON. Raises Refused with a sentence where the file or its recipe cannot be used, or where it
    unpacks to more than `most` bytes.
    """
    seen = look(path, most)
    text = recipe
    if kind == "people" or recipe:
        made, _ = _recipe(path, seen, kind, recipe, external_id, name)
        text = recipe if recipe and not external_id else recipe_text(made)
    return _job(workspace=workspace, name=name, kind=kind, recipe=text, digest=seen.digest)


def wait_for_job(*, workspace: Workspace, kind: str, name: str, recipe: str, digest: bytes = b"") -> Import:
    """Keep that a file waits which is taken in anew however often it comes."""
    job = Import(workspace=workspace, kind=kind, file=name[:300], file_digest=digest, recipe=recipe, started_at=now_in(workspace))
    job.state = Import.State.WAITING
    job.save()
    return job


def _recipe(path: Path, seen: Look, kind: str, recipe: str, external_id: str, name: str) -> tuple[Recipe, list[str]]:  # noqa: PLR0917
    """Return how a table is read, as it is said or by its headings, and these."""
    made = read_recipe(recipe) if recipe else None
    if made and made.kind != kind:
        raise Refused("bad recipe", f"The recipe is for {made.kind}, and {kind} are to be imported.")
    with rows(path, seen.encoding) as (headings, _):
        if made is None:
            made = guessed(headings, external_id, name[:80])
    if external_id:
        made.external_id = external_id
    return made, headings


def import_events(*, workspace: Workspace, path: Path, name: str = "", told: Callable[[int], None] = lambda _lines: None) -> Import:
    """Import a file of events in Segment's shape, one JSON object on each line; a messageId is remembered for 90 days."""
    seen = look(path)
    source = (name or path.name)[:80]
    job = _job(workspace=workspace, name=source, kind="events", recipe="", digest=seen.digest)
    if job.was_done_before:
        return job
    _alone(job)
    listed = RefusedLines(Path(settings.DATA.imports) / f"{workspace.name}-{job.pk}-refused.csv")
    listed.go_back_to(job.position)
    try:
        with opened(path) as file:
            batch: list[bytes] = []
            for line, raw in enumerate(file, 1):
                if line > job.position:
                    batch.append(raw)
                if len(batch) == EVENTS_AT_ONCE:
                    _take(workspace, job, source, batch, listed)
                    told(len(batch))
                    batch = []
            _take(workspace, job, source, batch, listed)
    finally:
        _unlock(job)
    return _end(workspace, job, Import.State.DONE, "")


def _take(workspace: Workspace, job: Import, source: str, batch: list[bytes], listed: RefusedLines) -> None:
    with transaction.atomic():
        now = now_in(workspace)
        events: list[Incoming] = []
        refused: list[tuple[str, Refused, bytes]] = []
        lines: dict[int, int] = {}
        why_not: list[tuple[int, Refused, tuple[str, ...]]] = []
        for line, raw in enumerate(batch, job.position + 1):
            if not raw.strip():
                continue
            try:
                events.append(understand(raw.strip(), source=source, received_at=now, country=workspace.country))
                lines[id(events[-1])] = line
            except Refused as refusal:
                refused.append((source, refusal, raw))
                why_not.append((line, refusal, ()))
        passage: Passage[Incoming] = take_in(workspace=workspace, events=events, now=now)
        again = sum(why.reason == "seen before" for _, why in passage.stopped)
        stopped = [(event, why) for event, why in passage.stopped if why.reason != "seen before"]
        refused += [(source, why, event.payload) for event, why in stopped]
        note_refusals(workspace=workspace, refusals=refused, now=now)
        if listed.add([*why_not, *((lines[id(event)], why, ()) for event, why in stopped)]):
            job.refused_file = str(listed.path)
        job.position += len(batch)
        job.rows_read += len(batch)
        job.rows_written += len(passage.items)
        job.rows_unchanged += again
        job.rows_refused += len(refused)
        for _, why, _ in refused:
            job.counts[why.reason] = job.counts.get(why.reason, 0) + 1
        job.save()


def _job(*, workspace: Workspace, name: str, kind: str, recipe: str, digest: bytes) -> Import:
    """Return the import of this very file by this very recipe, or begin one."""
    earlier = Import.within(workspace).filter(kind=kind, file_digest=digest, recipe=recipe).order_by("-id").first()
    if earlier is not None and earlier.state != Import.State.FAILED:
        earlier.was_done_before = earlier.state == Import.State.DONE
        return earlier
    job = Import(workspace=workspace, kind=kind, file=name[:300], file_digest=digest, recipe=recipe, started_at=now_in(workspace))
    job.save()
    return job


def _alone(job: Import) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (locks.IMPORT, job.pk % locks.SECOND))
        if not cursor.fetchone()[0]:
            raise Refused("under way", f"{job.file} is being imported by another process just now.")
    job.refresh_from_db()


def _unlock(job: Import) -> None:
    if connection.connection is not None and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (locks.IMPORT, job.pk % locks.SECOND))


def _end(workspace: Workspace, job: Import, state: Import.State, sentence: str) -> Import:
    job.state, job.sentence, job.ended_at = state, sentence[:500], now_in(workspace)
    job.save()
    return job
