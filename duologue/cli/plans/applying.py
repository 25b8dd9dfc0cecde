"""Comparing a plan folder with what is in force, and putting it in force in one piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from duologue.brand.book.queries import logos, source_in_force
from duologue.brand.personas.models import PersonaVersion
from duologue.cli.plans import drafts, endpoints, standing, wording
from duologue.cli.plans.folder import in_order
from duologue.cli.plans.rooms import Room, hand_in
from duologue.engage.care.queries import FILE as CARE
from duologue.engage.care.queries import source as care_source
from duologue.engage.messages.models import MessageVersion
from duologue.engage.publishing import actions as dialogues
from duologue.engage.runs.moving import NotPossible, move_under_way, waiting
from duologue.engage.sites import queries as sites
from duologue.kit.yaml import Mistake, Mistakes
from duologue.platform.audit.actions import note
from duologue.platform.database.versions import sources
from duologue.platform.workspaces.models import PlanFile, Workspace
from duologue.strategize.campaigns.models import CampaignVersion
from duologue.strategize.dialogues.models import SurveyVersion
from duologue.strategize.dialogues.queries import sources as in_force
from duologue.strategize.guardrails.queries import source as guardrails_source
from duologue.strategize.occasions.models import OccasionVersion
from duologue.strategize.offers.models import OfferVersion
from duologue.strategize.placements.models import PlacementVersion
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from datetime import datetime

    from duologue.cli.plans.folder import PlanText
    from duologue.platform.staff.models import Staff

NEW, CHANGED, FOLLOWS, GONE = "+", "~", "→", "-"


@dataclass(slots=True, frozen=True)
class Change:
    """One file that changes something. `sign`: + new, ~ changed, → changed by what it names, - no longer in the folder."""

    sign: str
    path: str
    says: str


@dataclass(slots=True)
class Outcome:
    """What changes, in the order it is applied, and what to be warned of."""

    changes: list[Change] = field(default_factory=list)
    under_way: dict[str, int] = field(default_factory=dict)  # people on older versions, by each dialogue that gets a new one
    warnings: list[str] = field(default_factory=list)


def apply_files(
    *,
    workspace: Workspace,
    files: Sequence[PlanText],
    now: datetime,
    staff: Staff | None = None,
    dry: bool = False,
    move: Container[str] = (),
) -> Outcome:
    """Put a folder's files in force, all or none; with `dry`, do it, see what changes, and take it back.

    Those under way in a dialogue with a new version finish on theirs, or where `move` has its name go on in the new one.
    Raises Mistakes with all that is wrong in all files. What a file no longer in the folder once made stays in force.
    """
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        work = _Work(workspace, now, staff, move=move)
        work.do(in_order(list(files)))
        if work.mistakes:
            raise Mistakes(work.mistakes)
        if dry:
            transaction.set_rollback(True)
        elif work.outcome.changes:
            paths = {change.sign + change.path: change.says for change in work.outcome.changes}
            note(workspace, staff.email if staff else "command line", "plan applied", workspace.name, paths, staff=staff)
    return work.outcome


class _Work:
    """One pass over a folder."""

    def __init__(self, workspace: Workspace, now: datetime, staff: Staff | None, *, move: Container[str]) -> None:
        self.workspace, self.now, self.staff, self.move = workspace, now, staff, move
        self.room = Room(workspace, now, staff.email if staff else "command line")
        self.outcome = Outcome()
        self.mistakes: list[Mistake] = []
        self.kept = {row.path: row for row in PlanFile.within(workspace)}
        self.on_screen = self._edited_on_screen()
        self.together: frozenset[str] = frozenset()

    def do(self, files: list[PlanText]) -> None:
        changed = [file for file in files if not self._is_same(file)]
        self._in_any_order([file for file in changed if file.kind == "segment"], [file for file in changed if file.kind != "segment"])
        self._dialogues(files)
        self.mistakes.extend(mistake for file in changed if file.kind == "dialogue draft" for mistake in self._hand_in(file))
        if self.mistakes:
            return
        read = files if any(file.kind == "brand" for file in changed) else changed
        self.outcome.warnings.extend(wording.warnings(self.workspace, read))
        there = {file.path for file in files}
        for path in sorted(self.kept.keys() - there):
            self.outcome.changes.append(Change(GONE, path, "no longer in the folder; what it made stays in force"))
        PlanFile.within(self.workspace).filter(path__in=self.kept.keys() - there).delete()
        for file in changed:
            self._keep(file)

    def _in_any_order(self, segments: list[PlanText], others: list[PlanText]) -> None:
        """Hand in all but dialogues; segments may name each other, so that they are tried until none moves on."""
        for file in others:
            if file.kind not in {"dialogue", "dialogue draft"}:
                self.mistakes.extend(self._hand_in(file))
        while segments:
            wrong = {file.path: (file, found) for file in segments if (found := self._hand_in(file))}
            if len(wrong) == len(segments):
                self.mistakes.extend(mistake for _, found in wrong.values() for mistake in found)
                return
            segments = [file for file, _ in wrong.values()]

    def _hand_in(self, file: PlanText) -> list[Mistake]:
        try:
            with transaction.atomic():
                says = hand_in(self.room, file)
        except Mistakes as found:
            return found.mistakes
        self.outcome.changes.append(Change(self._sign(file), file.path, says))
        return []

    def _dialogues(self, files: list[PlanText]) -> None:
        """Put dialogues in force, beside drafts that somebody has on screen; those that are in no file are warned of."""
        self.together = frozenset(file.name for file in files if file.kind in {"dialogue", "dialogue draft"})
        for file in files:
            if file.kind == "dialogue":
                self._dialogue(file)
        written = {change.path for change in self.outcome.changes} - {drafts.beside(file.path) for file in files}
        self.outcome.warnings.extend(drafts.left(self.workspace, written))

    def _dialogue(self, file: PlanText) -> None:
        around = dialogues.Around(self.workspace, self.now, self.staff, frozenset(mistake.file for mistake in self.mistakes), self.together)
        try:
            with transaction.atomic():
                done = dialogues.publish(around, dialogues.Text(file.name, file.text), beside_draft=True)
                under_way = self._those_under_way(file) if done.is_new and done.was_there else ""
        except Mistakes as found:
            self.mistakes.extend(found.mistakes)
            return
        self.outcome.warnings.extend(done.warnings)
        same = self._is_same(file)
        if not done.is_new and same:
            return
        sign = FOLLOWS if same else self._sign(file)
        says = f"dialogue {file.name}, version {done.number}"
        if same:
            says += ", since something that it names has a new version"
        says += under_way
        self.outcome.changes.append(Change(sign, file.path, says))

    def _those_under_way(self, file: PlanText) -> str:
        """Settle what becomes of those on older versions, and say how many they are."""
        try:
            people = waiting(self.workspace, file.name).people
            moves = file.name in self.move
            if moves:
                move_under_way(workspace=self.workspace, name=file.name, now=self.now)
        except NotPossible as refusal:
            raise Mistakes([Mistake(file.path, 1, str(refusal))]) from None
        if not people:
            return ""
        self.outcome.under_way[file.name] = people
        return f"; {people} under way {'move to it' if moves else 'finish on theirs'}"

    def _sign(self, file: PlanText) -> str:
        return CHANGED if file.path in self.kept else NEW

    def _is_same(self, file: PlanText) -> bool:
        row = self.kept.get(file.path)
        return row is not None and bytes(row.content) == file.content and not row.edited_on_screen and file.path not in self.on_screen

    def _keep(self, file: PlanText) -> None:
        PlanFile.within(self.workspace).update_or_create(
            workspace=self.workspace,
            path=file.path,
            defaults={"content": file.content, "edited_on_screen": False, "applied_at": self.now},
        )

    def _edited_on_screen(self) -> set[str]:
        """Return the paths of what no longer reads as its file did."""
        texts = {path for path, text in texts_in_force(self.workspace).items() if path in self.kept and text != _text(self.kept[path])}
        file = self.kept.get(endpoints.FILE)
        if file is not None and endpoints.as_it_stands(self.workspace, _text(file), whole=False) != _text(file):
            texts.add(endpoints.FILE)
        return texts | {path for path, raw in logos(self.workspace).items() if path in self.kept and raw != bytes(self.kept[path].content)}


def texts_in_force(workspace: Workspace) -> dict[str, str]:
    """Return what can be edited elsewhere as text, on screen or over the API, by the path it has in a plan folder."""
    rules = Segment.within(workspace).values_list("name", "source")
    kept = MessageVersion.within(workspace).filter(number=F("message__current")).exclude(source="").values_list("message__name", "source")
    offers = OfferVersion.within(workspace).filter(number=F("offer__current")).exclude(source="").values_list("offer__name", "source")
    care = care_source(workspace)
    return {
        **({CARE: care} if care else {}),
        **{f"sites/{name}.yaml": text for name, text in sites.sources(workspace).items()},
        **({"guardrails.yaml": guardrails} if (guardrails := guardrails_source(workspace)) else {}),
        **{f"personas/{name}.yaml": text for name, text in sources(PersonaVersion, workspace).items()},
        **{f"campaigns/{name}.yaml": text for name, text in sources(CampaignVersion, workspace).items()},
        **{f"occasions/{name}.yaml": text for name, text in sources(OccasionVersion, workspace).items()},
        **{f"placements/{name}.yaml": text for name, text in sources(PlacementVersion, workspace).items()},
        **{f"surveys/{name}.yaml": text for name, text in sources(SurveyVersion, workspace).items()},
        **({"brand.yaml": book} if (book := source_in_force(workspace)) else {}),
        **{f"messages/{name}.yaml": text for name, text in kept},
        **{f"offers/{name}.yaml": text for name, text in offers},
        **{f"dialogues/{name}.yaml": text for name, text in in_force(workspace).items()},
        **{f"segments/{name}.yaml": text for name, text in rules},
    }


def files_in_force(workspace: Workspace) -> dict[str, bytes]:
    """Return the plan folder that would change nothing: the files as applied, byte for byte, and what was edited since."""
    rows = {row.path: row for row in PlanFile.within(workspace).order_by("path")}
    found = {path: bytes(row.content) for path, row in rows.items()}
    for path, text in texts_in_force(workspace).items():
        if path not in rows or text != _text(rows[path]):
            found[path] = text.encode()
    text = _text(rows[endpoints.FILE]) if endpoints.FILE in rows else ""
    if (stands := endpoints.as_it_stands(workspace, text, whole=True)) != text:
        found[endpoints.FILE] = stands.encode()
    for path in standing.FILES:
        text = _text(rows[path]) if path in rows else ""
        if (stands := standing.standing(workspace, path, text)) != text:
            found[path] = stands.encode()
    for path, draft in drafts.as_they_stand(workspace, {path: _text(row) for path, row in rows.items()}).items():
        if draft is None:
            del found[path]
        else:
            found[path] = draft.encode()
    return found | logos(workspace)


def _text(row: PlanFile) -> str:
    return bytes(row.content).decode("utf-8-sig", errors="replace")
