"""Asking those who have not agreed, where something else than consent permits to write to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from duologue.engage.runs.moving import NotPossible, current_version
from duologue.kit.yaml import canonical
from duologue.people.consent.queries import purposes
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.people.consent.models import Purpose
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace


def permitted(workspace: Workspace) -> list[Purpose]:
    """Return the purposes for which people are written to without having agreed: by contract, or to confirm something."""
    return sorted((one for one in purposes(workspace).values() if one.basis != "consent"), key=lambda one: one.name)


@transaction.atomic
def ask_those_without_consent(*, workspace: Workspace, name: str, by: str, now: datetime, staff: Staff | None = None) -> str:
    """Make a draft of a dialogue that asks the audience of another one for its consent, by a permitted purpose; return its name.

    Nobody is asked before somebody starts it. Those who have agreed meanwhile, and those who ever withdrew, are passed over. Raises
    NotPossible where that purpose permits nothing.
    """
    plan = current_version(workspace, name).plan
    if by not in {one.name for one in permitted(workspace)}:
        raise NotPossible(f"The purpose {by} needs consent itself, so nobody can be asked by it.")
    made = f"ask-{plan.purpose}-{plan.audience}"[:63].strip("-")
    if Dialogue.within(workspace).filter(name=made).exclude(state=Dialogue.State.DRAFT).exists():
        raise NotPossible(f"The dialogue {made} asks them already; see how it stands.")
    text = canonical(
        {
            "dialogue": made,
            "about": f"Asks those of {plan.audience} who have not agreed to {plan.purpose}",
            "kind": "service",
            "purpose": by,
            "audience": plan.audience,
            "turns": {
                "ask": {
                    "ask": {"consent": plan.purpose},
                    "only_if": {
                        "all": [
                            {"not": {"may": {"by": "email", "purpose": plan.purpose}}},
                            {"not": {"did": {"event": "Consent Withdrawn"}}},
                        ]
                    },
                    "otherwise": "end",
                    "listen": [
                        {"granted": plan.purpose, "then": "end"},
                        {"refused": plan.purpose, "then": "end"},
                        {"silence": "14d", "then": "end"},
                    ],
                }
            },
        }
    )
    save_draft(workspace=workspace, name=made, source=text)
    publish(workspace=workspace, name=made, pins={"messages": {}, "surveys": {}, "offers": {}}, now=now, staff=staff)
    return made
