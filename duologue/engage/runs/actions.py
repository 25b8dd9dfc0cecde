"""Starting, pausing and resuming dialogues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from duologue.engage.runs.admissions import Candidate, admit, end_runs
from duologue.engage.runs.models import Run
from duologue.engage.runs.moving import NotPossible, current_version, move_under_way, waiting
from duologue.engage.runs.watermark import watermark
from duologue.strategize.dialogues.actions import set_state
from duologue.strategize.dialogues.models import Dialogue
from duologue.strategize.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace

AT_ONCE = 5_000
__all__ = ["NotPossible", "end_dialogue", "move_under_way", "pause", "resume", "start_dialogue", "waiting"]


def start_dialogue(*, workspace: Workspace, name: str, now: datetime, on_batch: Callable[[int], None] | None = None) -> int:
    """Make a published dialogue live and admit everyone in its audience; return how many runs began.

    Works in batches of thousands, each its own transaction: when interrupted, the same call goes on from there, since
    only members who have not been considered are looked at. Without an audience, or with triggers, nobody begins yet.
    An audience that was never counted as it now reads is counted first.
    """
    version = current_version(workspace, name)
    _count_first(workspace, version.plan.audience, now)
    set_state(workspace=workspace, name=name, state=Dialogue.State.LIVE, now=now)
    if not version.plan.audience or version.plan.starts:
        return 0
    began = 0
    while batch := _not_considered(workspace, version):
        with transaction.atomic():
            began += admit(workspace=workspace, version=version, candidates=batch, now=now, watermark=watermark(workspace, now))
        if on_batch is not None:
            on_batch(len(batch))
    return began


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


def _count_first(workspace: Workspace, audience: str, now: datetime) -> None:
    """Count a segment that was not counted since it was saved. Raises NotPossible while another process is counting."""
    segment = Segment.within(workspace).filter(name=audience, swept_revision__lt=F("revision")).first()
    if segment is None:
        return
    from duologue.strategize.segments.actions import Busy, sweep  # noqa: PLC0415 - engines that a counted audience does without

    try:
        sweep(workspace=workspace, segment=segment, now=now)
    except Busy as busy:
        raise NotPossible(str(busy)) from None


def _not_considered(workspace: Workspace, version: Version) -> list[Candidate]:
    """Return members of the audience without a verdict, over all the profiles each person holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.person, f.id, f.shard FROM strategize_segment s
               JOIN strategize_segmentmember m ON m.workspace_id = s.workspace_id AND m.segment_id = s.id AND m.member
               JOIN LATERAL (SELECT p.id, p.shard FROM people_profile p WHERE p.workspace_id = m.workspace_id AND p.person = m.person
                             ORDER BY p.id LIMIT 1) f ON true
               WHERE s.workspace_id = %s AND s.name = %s AND NOT EXISTS (
                   SELECT FROM people_profile q JOIN engage_admission a ON a.workspace_id = q.workspace_id AND a.person = q.id
                   WHERE q.workspace_id = m.workspace_id AND q.person = m.person AND a.dialogue_id = %s)
               ORDER BY m.person LIMIT %s""",
            (workspace.pk, version.plan.audience, version.dialogue, AT_ONCE),
        )
        return [Candidate(*row) for row in cursor.fetchall()]
