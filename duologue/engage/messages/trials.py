"""Tests of a message's variants: which did best, found out once, when the first letter leaves that waited for it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.engage.messages.models import TrialResult
from duologue.engage.messages.rules.trials import UNWELCOME, Tried, did_best
from duologue.strategize.dialogues.rules.trying import BEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

Key = tuple[int, str, int, str]  # dialogue, turn, message version, issue
CHOSEN: Final = "chosen"
_SPOKE_AGAINST: Final = """EXISTS (SELECT FROM engage_entry e
    WHERE e.workspace_id = d.workspace_id AND e.delivery_id = d.id AND e.direction = 'in' AND e.intent = ANY(%s))"""


def choose(workspace: Workspace, claimed: Sequence[Claimed], now: datetime) -> None:
    """Give each delivery that waits for the best variant its name, noted in its body; decided once for an issue."""
    waiting: dict[Key, list[Claimed]] = defaultdict(list)
    for one in claimed:
        if one.body.get("variant") == BEST and one.dialogue_id is not None and one.version_id is not None:
            waiting[one.dialogue_id, one.turn, one.version_id, one.body.get("issue", "")].append(one)
    for key, those in waiting.items():
        variant = _decided(workspace, key, now)
        for one in those:
            one.body["variant"], one.body[CHOSEN] = variant, True


def figures(
    workspace: Workspace, dialogue: int, turn: str, issue: str, version: int | None = None, *, by: str = "responses"
) -> dict[str, Tried]:
    """Return for each variant that a turn tested in an issue how many letters left with it, and of how many something good came.

    `by`: responses counts clicks and replies of those who did not reply that they want no more, complain or are somebody else, goal the
    runs that reached it, stays those who did not unsubscribe or report.
    """
    good = {
        "responses": f"d.responded_at IS NOT NULL AND NOT {_SPOKE_AGAINST}",
        "goal": "r.data ? 'goal'",
        "stays": "d.left_at IS NULL AND d.reported_at IS NULL",
    }[by]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT d.body->>'variant', count(*), count(*) FILTER (WHERE {good}) FROM engage_delivery d
               LEFT JOIN engage_run r ON r.workspace_id = d.workspace_id AND r.id = d.run_id
               WHERE d.workspace_id = %s AND d.dialogue_id = %s AND d.turn = %s AND d.state = 'accepted' AND d.body ? 'variant'
                 AND coalesce(d.body->>'issue', '') = %s AND NOT d.body ? %s
                 AND (%s::bigint IS NULL OR d.message_version_id = %s) GROUP BY 1""",
            (*([list(UNWELCOME)] if by == "responses" else []), workspace.pk, dialogue, turn, issue, CHOSEN, version, version),
        )
        return {variant: Tried(sent, good) for variant, sent, good in cursor.fetchall()}


def _decided(workspace: Workspace, key: Key, now: datetime) -> str:
    dialogue, turn, version, issue = key
    said = TrialResult.within(workspace).filter(dialogue=dialogue, turn=turn, message_version=version, issue=issue).first()
    if said is None:
        tested = _test(workspace, dialogue, turn)
        found = figures(workspace, dialogue, turn, issue, version, by=str(tested.get("by", "responses")))
        variant = did_best(list(map(str, tested.get("of", ()))), found)
        kept = {name: msgspec.to_builtins(one) for name, one in found.items()}
        said, _ = TrialResult.within(workspace).get_or_create(
            workspace=workspace,
            dialogue_id=dialogue,
            turn=turn,
            message_version_id=version,
            issue=issue,
            defaults={"variant": variant, "figures": kept, "at": now},
        )
    return said.variant


def _test(workspace: Workspace, dialogue: int, turn: str) -> dict[str, Any]:
    """Return the test that a turn of the version in force makes."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.plan->'turns'->%s->'test' FROM strategize_dialogue d
               JOIN strategize_dialogueversion v ON v.workspace_id = d.workspace_id AND v.dialogue_id = d.id AND v.number = d.current
               WHERE d.workspace_id = %s AND d.id = %s""",
            (turn, workspace.pk, dialogue),
        )
        row = cursor.fetchone()
    found = row[0] if row else None
    read: dict[str, Any] = (msgspec.json.decode(found) if isinstance(found, str) else found) or {}
    return read
