"""Telling teams about people: a letter to each address of a team, which is no message of the person's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from duologue.engage.conversations.models import Team

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.engage.messages.actions import NewDelivery
    from duologue.platform.workspaces.models import Workspace

BASIS = "contract"  # colleagues are written to because they work here, whatever the person allows


def to_teams(workspace: Workspace, told: Sequence[tuple[str, NewDelivery]]) -> list[NewDelivery]:
    """Return a delivery for each address of each team told; a team without addresses is told nothing.

    They belong to no run, so that whatever becomes of them moves nobody, and nothing that a person does withdraws them.
    """
    if not told:
        return []
    teams = dict(Team.within(workspace).filter(name__in={team for team, _ in told}).values_list("name", "emails"))
    return [replace(delivery, run_id=None, basis=BASIS, to=address) for team, delivery in told for address in teams.get(team, ())]
