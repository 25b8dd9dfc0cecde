"""What a response belongs to: the delivery it answers, whose it was and which run it was part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Origin:
    """A delivery as responses need it; `person` is the one its profile belongs to now."""

    delivery: int
    profile: int
    person: int
    run: int | None
    run_under_way: bool
    dialogue: str
    turn: str
    seq: int
    message: str
    channel: str
    purpose: str
    basis: str
    address: str
    planned_at: datetime
    accepted_at: datetime | None
    bounced_at: datetime | None
    survey_version: int | None

    @property
    def properties(self) -> dict[str, Any]:
        """Return what every event about this delivery says."""
        return {
            "delivery": self.delivery,
            "dialogue": self.dialogue,
            "turn": self.turn,
            "seq": self.seq,
            "message": self.message,
            "channel": self.channel,
        }


def origin_of(workspace: Workspace, delivery: int, *, about: bool = False) -> Origin | None:
    """Return a delivery of this workspace, or None.

    What a team or a parent was told about somebody is answered by nobody in their name: it is only found with `about`.
    """
    found = origins_of(workspace, [delivery]).get(delivery)
    return found[0] if found and found[1] == about else None


def origins_of(workspace: Workspace, deliveries: Collection[int]) -> dict[int, tuple[Origin, bool]]:
    """Return deliveries of this workspace by their numbers, each with whether it is about its person and was sent to somebody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, d.profile_id, p.person, d.run_id, coalesce(r.under_way, false), coalesce(g.name, ''), d.turn, d.occurrence,
                      coalesce(m.name, ''), d.channel, d.purpose, d.basis, d.address, d.planned_at, d.accepted_at, d.bounced_at,
                      d.survey_version_id,
                      d.body->>'to' IS NOT NULL
               FROM engage_delivery d
               JOIN people_profile p ON p.workspace_id = d.workspace_id AND p.id = d.profile_id
               LEFT JOIN engage_run r ON r.workspace_id = d.workspace_id AND r.id = d.run_id
               LEFT JOIN strategize_dialogue g ON g.workspace_id = d.workspace_id AND g.id = d.dialogue_id
               LEFT JOIN engage_messageversion v ON v.workspace_id = d.workspace_id AND v.id = d.message_version_id
               LEFT JOIN engage_message m ON m.workspace_id = v.workspace_id AND m.id = v.message_id
               WHERE d.workspace_id = %s AND d.id = ANY(%s)""",
            (workspace.pk, list(deliveries)),
        )
        return {row[0]: (Origin(*row[:-1]), row[-1]) for row in cursor.fetchall()}


def has_run_under_way(workspace: Workspace, person: int) -> bool:
    """Say whether any dialogue is under way with this person."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT FROM people_profile p JOIN engage_run r ON r.workspace_id = p.workspace_id AND r.profile_id = p.id
                              WHERE p.workspace_id = %s AND p.person = %s AND r.under_way
                                AND r.dialogue_id = ANY(ARRAY(SELECT id FROM strategize_dialogue WHERE workspace_id = %s)))""",
            (workspace.pk, person, workspace.pk),
        )
        return bool(cursor.fetchone()[0])
