"""Starting, pausing and resuming dialogues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.engage.runs.admissions import Candidate, admit
from duologue.engage.runs.plans import versions
from duologue.engage.runs.watermark import watermark
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace

AT_ONCE = 5_000


class NotPossible(Exception):
    """It cannot be done now; the sentence says why and what to do."""


def start_dialogue(*, workspace: Workspace, name: str, now: datetime, on_batch: Callable[[int], None] | None = None) -> int:
    """Make a published dialogue live and admit everyone in its audience; return how many runs began.

    Works in batches of thousands, each its own transaction: when interrupted, the same call goes on from there, since
    only members who have not been considered are looked at. Without an audience, or with triggers, nobody begins yet.
    """
    dialogue = _dialogue(workspace, name)
    version = _current(workspace, dialogue)
    if dialogue.state == Dialogue.State.ENDED:
        raise NotPossible(f"The dialogue {name} has ended; publish it again to start it anew.")
    Dialogue.within(workspace).filter(pk=dialogue.pk).update(
        state=Dialogue.State.LIVE, paused_because="", started_at=dialogue.started_at or now
    )
    if not version.plan.audience or version.plan.starts:
        return 0
    began = 0
    while batch := _not_considered(workspace, version):
        with transaction.atomic():
            began += admit(workspace=workspace, version=version, candidates=batch, now=now, watermark=watermark(workspace, now))
        if on_batch is not None:
            on_batch(len(batch))
    return began


def pause(*, workspace: Workspace, name: str, because: str) -> bool:
    """Say nothing more in a dialogue until it is resumed; responses are still heard. False when it was not live."""
    return bool(
        Dialogue.within(workspace)
        .filter(pk=_dialogue(workspace, name).pk, state=Dialogue.State.LIVE)
        .update(state=Dialogue.State.PAUSED, paused_because=because[:300])
    )


def resume(*, workspace: Workspace, name: str, now: datetime) -> bool:
    """Go on with a paused dialogue, and consider those who joined its audience meanwhile. False when it was not paused."""
    changed = (
        Dialogue.within(workspace)
        .filter(pk=_dialogue(workspace, name).pk, state=Dialogue.State.PAUSED)
        .update(state=Dialogue.State.LIVE, paused_because="")
    )
    if changed:
        start_dialogue(workspace=workspace, name=name, now=now)
    return bool(changed)


def _dialogue(workspace: Workspace, name: str) -> Dialogue:
    found = Dialogue.within(workspace).filter(name=name).first()
    if found is None:
        raise NotPossible(f"There is no dialogue named {name}.")
    return found


def _current(workspace: Workspace, dialogue: Dialogue) -> Version:
    found = DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).values_list("pk", flat=True).first()
    if found is None:
        raise NotPossible(f"The dialogue {dialogue.name} has not been published yet.")
    return versions(workspace, [found])[found]


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
