"""Running an import: batch by batch, each with its rows, its keys and its position in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection, transaction

from duologue.kit.ahead import ahead
from duologue.kit.garbage import between_batches
from duologue.kit.pipeline import Refused
from duologue.people.identifiers.actions import one_at_a_time
from duologue.people.imports.apart import Reader, Reading
from duologue.people.imports.drafting import LINES_AT_ONCE
from duologue.people.imports.listing import RefusedLines
from duologue.people.imports.newcomers import key_rows
from duologue.people.imports.welcoming import keep_keys, welcome
from duologue.people.intake import actions as intake
from duologue.people.intake.rules import Incoming, in_range
from duologue.people.profiles.actions import numbers
from duologue.platform.database import arrays
from duologue.platform.database.meanwhile import sending
from duologue.platform.workspaces.queries import now as now_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from duologue.people.imports.drafting import Batch, Refusal
    from duologue.people.imports.lines import Draft
    from duologue.people.imports.models import Import
    from duologue.people.imports.recipe import Recipe
    from duologue.platform.workspaces.models import Workspace


PEOPLE_AHEAD: Final = 3 * LINES_AT_ONCE
"""For so many the reader has numbers before they are taken in."""


@dataclass(slots=True)
class Running:
    """One import while it runs."""

    workspace: Workspace
    recipe: Recipe
    job: Import
    refused_file: Path
    reader: Reader | None = None
    all_new: bool = True
    """Whether everyone so far was new: then the rest may be too."""

    def run(self, path: Path, encoding: str, headings: list[str], told: Callable[[int], None]) -> None:
        """Read all lines after the committed position; raises Refused where the recipe does not fit the file.

        Where lines give no time, they speak of the moment at which the reading began.
        """
        listed = RefusedLines(self.refused_file, headings)
        listed.go_back_to(self.job.position)
        reading = Reading(str(path), encoding, self.recipe, self.workspace.country, now_in(self.workspace), self.job.position)
        with ExitStack() as until_done:
            look_for_garbage = until_done.enter_context(between_batches())
            batches = reading.batches()
            if reading.worth_a_process():
                self.reader = until_done.enter_context(Reader(reading))
                batches = self.reader.batches()
                self._number(PEOPLE_AHEAD)
            for batch, distinct in ahead((batch, self._distinct(batch)) for batch in batches):
                self._commit(batch, distinct, listed)
                look_for_garbage()
                told(batch.lines)

    def _distinct(self, batch: Batch) -> Distinct | None:
        return None if batch.newcomers and self.all_new else Distinct.of(batch.unpacked())

    def _number(self, people: int) -> None:
        if self.reader:
            self.reader.number(numbers(people))

    def _commit(self, batch: Batch, distinct: Distinct | None, listed: RefusedLines) -> None:
        """Write a batch, and the position with it."""
        job = self.job
        if batch.newcomers and self.all_new:
            self._number(batch.newcomers.people)
        with transaction.atomic(), sending():
            now = now_in(self.workspace)
            counts = Counter(job.counts)
            written, unchanged, stopped = self._welcome(batch, now, counts) or self._write(
                distinct or Distinct.of(batch.unpacked()), now, counts
            )
            refusals = [*batch.refusals, *stopped]
            counts.update(refusal.reason for _, refusal, _ in refusals)
            counts.update(because for _, because in batch.passed_over)
            job.rows_read += batch.position - job.position
            job.position = batch.position
            job.rows_written += written
            job.rows_unchanged += unchanged + batch.repeated
            job.rows_refused += len(refusals)
            job.counts = dict(counts)
            if listed.add(refusals):
                job.refused_file = str(listed.path)
            job.save()

    def _welcome(self, batch: Batch, now: datetime, counts: Counter[str]) -> tuple[int, int, list[Refusal]] | None:
        """Take in people who are all new, as `_write` would; None where they are not, which is then so for the rest of the file."""
        new = batch.newcomers
        if new is None or not self.all_new:
            return None
        self.all_new = welcome(workspace=self.workspace, batch=batch, now=now)
        if not self.all_new:
            self._number(0)
            return None
        counts.update(new.counts)
        return new.people, 0, []

    def _write(self, distinct: Distinct, now: datetime, counts: Counter[str]) -> tuple[int, int, list[Refusal]]:
        """Take drafts in, or keep them for their time; return lines written, lines unchanged, and what was refused."""
        fresh, known, refusals = _new_ones(self.workspace, distinct)
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
            if event.remarks:
                counts.update(event.remarks)
            if event.name:
                counts[event.name if event.occurred_at <= now else f"{event.name} (later)"] += 1
        return sum(by_event[id(event)].lines for event in taken), known, refusals


def payload_of(event: Incoming) -> bytes:
    """Return an event as the intake keeps it until its time."""
    shown = {kind: written for (kind, _), written in zip(event.identifiers, event.shown, strict=True)}
    said: dict[str, Any] = {"type": event.type, "event": event.name, "timestamp": event.occurred_at.isoformat()}
    said |= {"userId": shown.get("external"), "anonymousId": shown.get("device"), "properties": event.properties, "traits": event.traits}
    said["context"] = {"traits": {kind: shown[kind] for kind in ("email", "phone") if kind in shown}}
    return msgspec.json.encode(said)


@dataclass(slots=True)
class Distinct:
    """The drafts of a batch by their keys, the keys as an array, and how many lines say what another of the batch says."""

    by_key: dict[bytes, Draft]
    keys: str
    repeated: int

    @classmethod
    def of(cls, drafts: list[Draft]) -> Distinct:
        """Choose among drafts of one key: of those to be taken `again` the last is meant, of others the first."""
        by_key: dict[bytes, Draft] = {}
        repeated = 0
        for draft in drafts:
            before = by_key.get(draft.key)
            if before is not None:
                repeated += before.lines if draft.again else draft.lines
            if before is None or draft.again:
                by_key[draft.key] = draft
        return cls(by_key, arrays.digests(by_key), repeated)


def _new_ones(workspace: Workspace, distinct: Distinct) -> tuple[list[Draft], int, list[Refusal]]:
    """Return drafts not imported before, the number of lines of the others, and those that now say something else.

    A draft to be taken `again` counts as new where it says something else (a person may be imported with other facts);
    any other stays as it was first on the timeline.
    """
    by_key, unchanged = distinct.by_key, distinct.repeated
    new, held = _keep_keys(workspace, distinct)
    refusals: list[Refusal] = []
    for key, content in held.items():
        draft = by_key[key]
        if draft.again or content == draft.content:
            unchanged += draft.lines
        else:
            sentence = "This was imported before and said something else; what is on the timeline stays."
            refusals.append((draft.line, Refused("changed since", sentence), draft.row))
    return sorted((draft for key, draft in by_key.items() if key in new), key=lambda draft: draft.line), unchanged, refusals


def _keep_keys(workspace: Workspace, distinct: Distinct) -> tuple[set[bytes], dict[bytes, bytes]]:
    """Remember the keys; return those that are new or say something new, and of the others what is held.

    Holds the workspace's identity lock, so that no other import remembers the same keys meanwhile.
    """
    one_at_a_time(workspace)
    by_key = distinct.by_key
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, content FROM people_importkey WHERE workspace_id = %s AND key = ANY(%s::bytea[])",
            (workspace.pk, distinct.keys),
        )
        held = {bytes(key): bytes(content) for key, content in cursor.fetchall()}
        unknown = sorted(by_key.keys() - held.keys())
        keep_keys(workspace, key_rows(by_key[key] for key in unknown))
        changed = [key for key, content in held.items() if by_key[key].again and by_key[key].content != content]
        if changed:
            cursor.execute(
                """UPDATE people_importkey k SET content = n.content FROM unnest(%s::bytea[], %s::bytea[]) AS n (key, content)
                   WHERE k.workspace_id = %s AND k.key = n.key""",
                (arrays.digests(changed), arrays.digests(by_key[key].content for key in changed), workspace.pk),
            )
    for key in changed:
        del held[key]
    return {*unknown, *changed}, held


def recipe_text(recipe: Recipe) -> str:
    """Return a guessed recipe as text, to keep it beside what it made."""
    return json.dumps(msgspec.to_builtins(recipe), ensure_ascii=False)
