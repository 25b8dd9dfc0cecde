"""What everybody may read of broadcasts marked for the archive: each letter once, as nobody in particular would read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from duologue.engage.messages import versions
from duologue.engage.messages.content.blocks import without_blocks
from duologue.engage.messages.models import Delivery, MessageVersion, TrialResult
from duologue.engage.messages.queries import UNKEPT, current_numbers, filled_preview
from duologue.engage.runs.audiences import zones
from duologue.engage.runs.models import Timetable
from duologue.engage.runs.watching import some_wait
from duologue.engage.templates.liquid import ContentFailed, Template
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion
from duologue.strategize.dialogues.rules import calendar
from duologue.strategize.dialogues.rules.plan import from_json

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan

MOST = 100
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
PERSONAL = "link"  # values that lead to pages of one person


@dataclass(slots=True, frozen=True)
class Issue:
    """One letter: the broadcast's name, the number of the message's version, when it left, its subject, preheader and Markdown."""

    name: str
    number: int
    at: datetime
    title: str
    summary: str
    text: str


def issues(workspace: Workspace, now: datetime) -> list[Issue]:
    """Return the newest letters that everybody may read, those of broadcasts that are out. Renders them: keep the answer for a while."""
    found: list[Issue] = []
    for letter in sorted(_letters(workspace, now), key=lambda one: one.at, reverse=True)[: MOST * 2]:
        if len(found) == MOST:
            break
        row = MessageVersion.within(workspace).filter(message__name=letter.message, number=letter.number).first()
        if row is None or not _has_left(workspace, letter.dialogue, row):
            continue
        won = TrialResult.within(workspace).filter(dialogue=letter.dialogue, message_version=row).order_by("-at").first()
        try:
            said = _as_nobody(workspace, row, won.variant if won else "plain")
        except ContentFailed:
            continue
        found.append(Issue(letter.dialogue.name, row.number, letter.at, *said))
    return found


@dataclass(slots=True, frozen=True)
class _Letter:
    """A version of a message that a public dialogue says, and since when."""

    dialogue: Dialogue
    message: str
    number: int
    at: datetime


def _letters(workspace: Workspace, now: datetime) -> list[_Letter]:
    """Return what public dialogues that are out say, in every version that was public, each once."""
    versions_ = DialogueVersion.within(workspace).filter(plan__archive=True, dialogue__started_at__isnull=False)
    rows = list(versions_.select_related("dialogue").order_by("-published_at", "-pk")[: MOST * 2])
    out: dict[int, bool] = {}
    for row in rows:
        if row.number == row.dialogue.current:
            out[row.dialogue_id] = _is_out(workspace, row.dialogue, from_json(row.plan), now)
    found: dict[tuple[int, str, int], _Letter] = {}
    for row in reversed(rows):
        if not out.get(row.dialogue_id):
            continue
        plan = from_json(row.plan)
        for name in {turn.message for turn in plan.turns.values() if turn.message and not turn.team}:
            number = row.pins.get("messages", {}).get(name) or current_numbers(workspace, {name}).get(name, 0)
            found.setdefault((row.dialogue_id, name, number), _Letter(row.dialogue, name, number, _since(workspace, row, plan)))
    return list(found.values())


def _is_out(workspace: Workspace, dialogue: Dialogue, plan: Plan, now: datetime) -> bool:
    """Say whether all have their letter: no moment in hand or ahead, nobody held back, and it did not stop itself."""
    row = Timetable.within(workspace).filter(dialogue=dialogue).first()
    if row is None or row.stopped_at is not None:
        return False
    if dialogue.state == Dialogue.State.ENDED:
        return True
    if row.at is not None or (row.held_until is not None and row.held_until > now):
        return False
    once = [trigger for trigger in plan.starts if trigger.kind == "at"]
    clocks = calendar.clocks(plan, zones(workspace), workspace.timezone) if once else []
    if calendar.next_moment(once, clocks, row.until) is not None:
        return False
    return not (any(trigger.is_timed for trigger in plan.starts) and some_wait(workspace, dialogue.pk))


def _since(workspace: Workspace, row: DialogueVersion, plan: Plan) -> datetime:
    """Return when what a version says began to leave: its moment, or when it came into force."""
    moment = calendar.next_moment([one for one in plan.starts if one.kind == "at"], [workspace.timezone], EARLIEST)
    return moment or max(row.published_at, row.dialogue.started_at or row.published_at)


def _has_left(workspace: Workspace, dialogue: Dialogue, row: MessageVersion) -> bool:
    return Delivery.within(workspace).filter(dialogue=dialogue, message_version=row, state=Delivery.State.ACCEPTED).exists()


def _as_nobody(workspace: Workspace, row: MessageVersion, variant: str) -> tuple[str, str, str]:
    """Return subject, preheader and Markdown with fall-backs for what is personal, without products and voices; of MJML, its text."""
    version = versions.version_of(UNKEPT, row.data)
    filled = filled_preview(workspace, version, "", None)
    values = {**filled.values, PERSONAL: {}, "perk": {}, "items": [], "voices": []}
    content = version.contents.get(("", variant)) or version.contents["", ""]
    if content.body:
        text = Template(without_blocks(content.body), escape=False).render(values)
    else:
        targets = {f"c{number}": link.url for number, link in enumerate(version.links, 1)}
        text = filled.content.text.render({**values, PERSONAL: targets})
    return _said(content.subject, values), _said(content.preview, values), text


def _said(text: str, values: dict[str, Any]) -> str:
    return Template(text, escape=False).render(values)
