"""Asking those who have not agreed, where something else than consent permits to write to them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from django.db import transaction

from duologue.engage.runs.moving import NotPossible, current_version
from duologue.kit.yaml import canonical
from duologue.people.consent.queries import purposes
from duologue.people.timeline.names import CONSENT_GRANTED, CONSENT_REFUSED, CONSENT_WITHDRAWN
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.people.consent.models import Purpose
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace

LONGEST: Final = 63  # characters of a name


def permitted(workspace: Workspace) -> list[Purpose]:
    """Return the purposes for which people are written to without having agreed: by contract, or to confirm something."""
    return sorted((one for one in purposes(workspace).values() if one.basis != "consent"), key=lambda one: one.name)


@transaction.atomic
def ask_those_without_consent(*, workspace: Workspace, name: str, by: str, now: datetime, staff: Staff | None = None) -> str:
    """Make a draft of a dialogue that asks the audience of another one for its consent, by a permitted purpose; return its name.

    Nobody is asked before somebody starts it. Those who have said anything of that purpose, and those who ever withdrew from any, are
    passed over. Raises NotPossible where `by` permits nothing, or where there is such a dialogue or draft: it stays as it is.
    """
    plan = current_version(workspace, name).plan
    if by not in {one.name for one in permitted(workspace)}:
        raise NotPossible(f"The purpose {by} needs consent itself, so nobody can be asked by it.")
    made = named(f"ask-{plan.purpose}-{plan.audience}")
    if Dialogue.within(workspace).filter(name=made).exists():
        raise NotPossible(f"There is a dialogue {made} already, which stays as it is; see how it stands, and start or change that one.")
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
                            {"not": {"did": {"event": CONSENT_WITHDRAWN}}},
                            {"not": {"did": {"event": CONSENT_REFUSED, "where": {"purpose": plan.purpose}}}},
                            {"not": {"did": {"event": CONSENT_GRANTED, "where": {"purpose": plan.purpose}}}},
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


def named(whole: str) -> str:
    """Return a name of at most 63 characters; of what is cut off, a digest stays, so that two names never become one."""
    if len(whole) <= LONGEST:
        return whole
    digest = hashlib.blake2b(whole.encode(), digest_size=4).hexdigest()
    return f"{whole[: LONGEST - len(digest) - 1].rstrip('-')}-{digest}"
