"""Running an import: batch by batch, each with its rows, its keys and its position in one transaction."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection, transaction

from duologue.kit.pipeline import Refused
from duologue.people.imports.lines import Context, Draft, EventLines, GroupedLines, LeftOut, PeopleLines
from duologue.people.imports.reading import distinct
from duologue.people.imports.values import Columns
from duologue.people.intake import actions as intake
from duologue.people.intake.rules import Incoming, in_range
from duologue.platform.database import arrays
from duologue.platform.workspaces.queries import now as now_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from duologue.people.imports.models import Import
    from duologue.people.imports.recipe import Recipe
    from duologue.people.imports.values import Row
    from duologue.platform.workspaces.models import Workspace

LINES_AT_ONCE = 10_000
Lines = PeopleLines | EventLines | GroupedLines
Refusal = tuple[int, "Refused", "Row"]


@dataclass(slots=True)
class Running:
    """One import while it runs."""

    workspace: Workspace
    recipe: Recipe
    job: Import
    refused_file: Path
    drafts: list[Draft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    passed_over: list[tuple[int, str]] = field(default_factory=list)

    def run(self, headings: list[str], rows: Iterator[Row], told: Callable[[int], None]) -> None:
        """Read all rows after the committed position; raises Refused where the recipe does not fit the file."""
        columns = Columns(headings)
        context = Context(self.recipe, columns, self.workspace.country, now_in(self.workspace))
        lines = lines_of(context)
        tidy = columns.cleaner(self.recipe.clean)
        skips = [(skip.because, columns.where(skip.where)) for skip in self.recipe.skip]
        self._unlist_what_was_not_committed()
        line, start = 0, self.job.position
        for line, row in enumerate(itertools.islice(rows, start, None), start + 1):
            if self._is_line(line, row, headings):
                if tidy:
                    tidy(row)
                because = next((because for because, test in skips if test(row)), None)
                if because is None:
                    self._add(lines, line, row)
                else:
                    self.passed_over.append((line, because))
                    lines.leave_out(line, row, because)
            if line % LINES_AT_ONCE == 0:
                self._gather(lines.done(line))
                told(LINES_AT_ONCE)
                context.now = self._commit(lines.position(line), headings, lines)
        line = max(line, start)
        self._gather(lines.done(line + 10**9))
        self._commit(line, headings, lines)

    def _is_line(self, line: int, row: Row, headings: list[str]) -> bool:
        """Say whether this is a line to read; blank ones and repeated headings are passed over, misshapen ones refused."""
        width = len(headings)
        if len(row) == width and row[0] != headings[0]:
            return True
        if not any(cell.strip() for cell in row):
            self.passed_over.append((line, "blank"))
            return False
        if distinct(row) == headings:
            self.passed_over.append((line, "headings again"))
            return False
        if len(row) == width:
            return True
        if len(row) > width and not any(cell.strip() for cell in row[width:]):
            del row[width:]
            return True
        sentence = f"The line has {len(row)} columns, the headings have {width}."
        self.refusals.append((line, Refused("wrong number of columns", sentence), row))
        return False

    def _add(self, lines: Lines, line: int, row: Row) -> None:
        try:
            self.drafts.extend(lines.add(line, row))
        except LeftOut as left_out:
            self.passed_over.append((line, left_out.reason))
        except Refused as refusal:
            self.refusals.append((line, refusal, row))

    def _gather(self, found: Any) -> None:
        for one in found:
            if isinstance(one, Draft):
                self.drafts.append(one)
                continue
            order, refusal = one
            if isinstance(refusal, LeftOut):
                self.passed_over.append((order.first, refusal.reason))
            else:
                self.refusals.append((order.first, refusal, order.row))

    def _commit(self, position: int, headings: list[str], lines: Lines) -> datetime:
        """Write what lies before the position, and the position with it; return the workspace's present."""
        drafts, self.drafts = split(self.drafts, lambda draft: draft.line <= position)
        refusals, self.refusals = split(self.refusals, lambda refusal: refusal[0] <= position)
        passed, self.passed_over = split(self.passed_over, lambda one: one[0] <= position)
        job = self.job
        with transaction.atomic():
            now = now_in(self.workspace)
            counts = Counter(job.counts)
            written, unchanged, stopped = self._write(drafts, now, counts)
            refusals += stopped
            counts.update(refusal.reason for _, refusal, _ in refusals)
            counts.update(because for _, because in passed)
            job.rows_read += position - job.position
            job.position = position
            job.rows_written += written
            job.rows_unchanged += unchanged + lines.repeated
            lines.repeated = 0
            job.rows_refused += len(refusals)
            job.counts = dict(counts)
            self._list_refused(refusals, headings)
            job.save()
        return now

    def _write(self, drafts: list[Draft], now: datetime, counts: Counter[str]) -> tuple[int, int, list[Refusal]]:
        """Take drafts in, or keep them for their time; return lines written, lines unchanged, and what was refused."""
        fresh, known, refusals = _new_ones(self.workspace, drafts)
        at_once: list[Incoming] = []
        later: list[Incoming] = []
        by_event = {id(draft.event): draft for draft in fresh}
        for draft in fresh:
            event = draft.event
            event.received_at = now
            if self.recipe.arrive == "in_time" and event.occurred_at > now:
                later.append(event)
                continue
            try:
                in_range(event.occurred_at, now)
                at_once.append(event)
            except Refused as refusal:
                refusals.append((draft.line, refusal, draft.row))
        payloads = [payload_of(event) for event in later]
        moments = [event.occurred_at for event in later]
        intake.receive(workspace=self.workspace, source=self.recipe.source, payloads=payloads, now=now, arrives_at=moments)
        passage = intake.take_in(workspace=self.workspace, events=at_once, now=now)
        for event, why in passage.stopped:
            draft = by_event[id(event)]
            refusals.append((draft.line, why, draft.row))
        taken = [*passage.items, *later]
        for event in taken:
            counts.update(event.remarks)
            if event.name:
                counts[event.name if event.occurred_at <= now else f"{event.name} (later)"] += 1
        return sum(by_event[id(event)].lines for event in taken), known, refusals

    def _unlist_what_was_not_committed(self) -> None:
        """Take out of the file of refused lines what a try that was cut off had listed and not committed."""
        if not self.refused_file.exists():
            return
        with self.refused_file.open(encoding="utf-8", newline="") as file:
            listed = list(csv.reader(file))
        kept = [row for row in listed[1:] if row[0].isdigit() and int(row[0]) <= self.job.position]
        if len(kept) == len(listed) - 1:
            return
        with self.refused_file.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([*listed[:1], *kept])

    def _list_refused(self, refusals: list[Refusal], headings: list[str]) -> None:
        if not refusals:
            return
        self.refused_file.parent.mkdir(parents=True, exist_ok=True)
        new = not self.refused_file.exists()
        with self.refused_file.open("a", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            if new:
                out.writerow(["line", "reason", "sentence", *headings])
            out.writerows([line, refusal.reason, refusal.sentence, *row] for line, refusal, row in sorted(refusals, key=lambda one: one[0]))
        self.job.refused_file = str(self.refused_file)


def lines_of(context: Context) -> Lines:
    """Return what reads the lines of a recipe."""
    if context.recipe.kind == "people":
        return PeopleLines(context)
    return GroupedLines(context) if context.recipe.group else EventLines(context)


def split(items: list[Any], here: Callable[[Any], bool]) -> tuple[list[Any], list[Any]]:
    """Return the items for which the question holds, and the others."""
    return [item for item in items if here(item)], [item for item in items if not here(item)]


def payload_of(event: Incoming) -> bytes:
    """Return an event as the intake keeps it until its time."""
    shown = {kind: event.shown[kind, value] for kind, value in event.identifiers}
    said: dict[str, Any] = {"type": event.type, "event": event.name, "timestamp": event.occurred_at.isoformat()}
    said |= {"userId": shown.get("external"), "anonymousId": shown.get("device"), "properties": event.properties, "traits": event.traits}
    said["context"] = {"traits": {kind: shown[kind] for kind in ("email", "phone") if kind in shown}}
    return msgspec.json.encode(said)


def _new_ones(workspace: Workspace, drafts: list[Draft]) -> tuple[list[Draft], int, list[Refusal]]:
    """Return drafts not imported before, the number of lines of the others, and those that now say something else.

    A draft to be taken `again` counts as new where it says something else (a person may be imported with other facts),
    and of several in one batch the last is meant; any other stays as it was first on the timeline.
    """
    by_key: dict[bytes, Draft] = {}
    unchanged = 0
    for draft in drafts:
        before = by_key.get(draft.key)
        if before is not None:
            unchanged += before.lines if draft.again else draft.lines
        if before is None or draft.again:
            by_key[draft.key] = draft
    new, held = _keep_keys(workspace, by_key)
    refusals: list[Refusal] = []
    for key, content in held.items():
        draft = by_key[key]
        if draft.again or content == draft.content:
            unchanged += draft.lines
        else:
            sentence = "This was imported before and said something else; what is on the timeline stays."
            refusals.append((draft.line, Refused("changed since", sentence), draft.row))
    return sorted((by_key[key] for key in new), key=lambda draft: draft.line), unchanged, refusals


def _keep_keys(workspace: Workspace, by_key: dict[bytes, Draft]) -> tuple[set[bytes], dict[bytes, bytes]]:
    """Remember the keys; return those that are new or say something new, and of the others what is held."""
    new: set[bytes] = set()
    held: dict[bytes, bytes] = {}
    with connection.cursor() as cursor:
        for again, conflict in ((True, "UPDATE SET content = excluded.content WHERE k.content <> excluded.content"), (False, "NOTHING")):
            keys = sorted(key for key, draft in by_key.items() if draft.again == again)
            if not keys:
                continue
            cursor.execute(
                f"""INSERT INTO people_importkey AS k (workspace_id, key, content)
                    SELECT %s, n.key, n.content FROM unnest(%s::bytea[], %s::bytea[]) AS n (key, content)
                    ON CONFLICT (workspace_id, key) DO {conflict} RETURNING key""",
                (workspace.pk, arrays.digests(keys), arrays.digests(by_key[key].content for key in keys)),
            )
            new.update(bytes(row[0]) for row in cursor.fetchall())
        others = [key for key in by_key if key not in new]
        cursor.execute(
            "SELECT key, content FROM people_importkey WHERE workspace_id = %s AND key = ANY(%s::bytea[])",
            (workspace.pk, arrays.digests(others)),
        )
        held.update((bytes(key), bytes(content)) for key, content in cursor.fetchall())
    return new, held


def recipe_text(recipe: Recipe) -> str:
    """Return a guessed recipe as text, to keep it beside what it made."""
    return json.dumps(msgspec.to_builtins(recipe), ensure_ascii=False)
