"""Starting, pausing and resuming dialogues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import OperationalError, transaction
from django.db.models import F

from duologue.engage.runs.admissions import admit, by_hand, end_runs
from duologue.engage.runs.beside import beside, held_up
from duologue.engage.runs.models import Run
from duologue.engage.runs.moving import NotPossible, current_version, move_under_way, waiting
from duologue.engage.runs.timetable import keep_dialogue, lets_in_all, open_timetable
from duologue.engage.runs.watermark import watermark
from duologue.strategize.dialogues.actions import set_state
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

__all__ = ["NotPossible", "end_dialogue", "move_under_way", "pause", "resume", "start_by_hand", "start_dialogue", "waiting"]


def start_dialogue(*, workspace: Workspace, name: str, now: datetime, on_batch: Callable[[int], None] | None = None) -> int:
    """Make a published dialogue live and admit everyone in its audience; return how many runs began.

    Works in batches of thousands, each its own transaction: when interrupted, the same call goes on from there, since
    only members who have not been considered are looked at. Without an audience, or with triggers, nobody begins yet; nor before the
    day it runs from, and with a pace only the first.
    An audience that was never counted as it now reads is counted first.
    """
    version = current_version(workspace, name)
    for segment in (version.plan.audience, *version.plan.excepts):
        count_first(workspace, segment, now)
    set_state(workspace=workspace, name=name, state=Dialogue.State.LIVE, now=now)
    open_timetable(workspace=workspace, dialogue=version.dialogue, now=now)
    if not lets_in_all(version):
        return 0
    began, considered = 0, 1
    with beside(workspace) as threads:
        while considered:
            try:
                considered, more = keep_dialogue(workspace, version, now, threads)
            except OperationalError as trouble:
                if threads is None or not held_up(trouble):
                    raise
                continue
            began += more
            if on_batch is not None and considered:
                on_batch(considered)
    return began


@transaction.atomic
def start_by_hand(*, workspace: Workspace, name: str, persons: Sequence[int], now: datetime) -> int:
    """Begin a live dialogue that starts by hand for these people; return for how many it began.

    Raises NotPossible where the dialogue is not live or does not start by hand. Who is held out, left out or cannot be reached begins
    no run, as with every other start, and so does someone who is not in its audience.
    """
    version = current_version(workspace, name)
    if _dialogue(workspace, name).state != Dialogue.State.LIVE:
        raise NotPossible(f"The dialogue {name} is not live; start it first.")
    if not any(trigger.kind == "by_hand" for trigger in version.plan.starts):
        raise NotPossible(f"The dialogue {name} does not start by hand; it would say so with `starts: {{by_hand: true}}`.")
    found = by_hand(workspace, version, persons, now)
    return admit(workspace=workspace, version=version, candidates=found, now=now, watermark=watermark(workspace, now))


def pause(*, workspace: Workspace, name: str, because: str, now: datetime) -> bool:
    """Say nothing more in a dialogue until it is resumed; responses are still heard. False when it was not live."""
    if _dialogue(workspace, name).state != Dialogue.State.LIVE:
        return False
    set_state(workspace=workspace, name=name, state=Dialogue.State.PAUSED, because=because, now=now)
    return True


def resume(*, workspace: Workspace, name: str, now: datetime) -> bool:
    """Go on with a paused dialogue, and consider those who joined its audience meanwhile. False when it was not paused."""
    if _dialogue(workspace, name).state != Dialogue.State.PAUSED:
        return False
    start_dialogue(workspace=workspace, name=name, now=now)
    return True


@transaction.atomic
def end_dialogue(*, workspace: Workspace, name: str, now: datetime) -> int:
    """End a dialogue for good: everyone under way leaves it, what is queued is withheld; return how many left."""
    dialogue = _dialogue(workspace, name)
    set_state(workspace=workspace, name=name, state=Dialogue.State.ENDED, now=now)
    runs = list(Run.within(workspace).filter(dialogue=dialogue, under_way=True).values_list("pk", flat=True))
    end_runs(workspace, runs, "dialogue ended", now)
    return len(runs)


def _dialogue(workspace: Workspace, name: str) -> Dialogue:
    found = Dialogue.within(workspace).filter(name=name).first()
    if found is None:
        raise NotPossible(f"There is no dialogue named {name}.")
    return found


def count_first(workspace: Workspace, audience: str, now: datetime) -> None:
    """Count a segment that was not counted since it was saved. Raises NotPossible while another process is counting."""
    segment = Segment.within(workspace).filter(name=audience, swept_revision__lt=F("revision")).first()
    if segment is None:
        return
    from duologue.strategize.segments.actions import Busy, sweep  # noqa: PLC0415 - engines that a counted audience does without

    try:
        sweep(workspace=workspace, segment=segment, now=now)
    except Busy as busy:
        raise NotPossible(str(busy)) from None
