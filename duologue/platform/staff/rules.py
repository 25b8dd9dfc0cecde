"""What each role may do."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """Something that a member may be allowed to do in a workspace."""

    LOOK = "look"  # plans, messages, offers, reports: nothing about single people
    SEE_PEOPLE = "see people"  # person pages, members, the inbox
    EXPORT_PEOPLE = "export people"
    EDIT = "edit"  # drafts of anything
    PUBLISH = "publish"  # start, pause, publish, stop
    CARE = "care"  # answer and close conversations, redeem codes, note consent
    OWN = "own"  # members, keys, relays, erasing


AREAS = (
    "people", "purposes", "segments", "dialogues", "messages", "broadcasts", "offers", "perks", "products", "conversations",
    "imports", "growth", "buyers", "results", "webhooks", "sites", "surveys", "contributions", "campaigns", "placements", "occasions",
)  # fmt: skip
"""What the management API is divided into; a key may be for some of it alone."""

RIGHTS: dict[str, frozenset[Right]] = {
    "owner": frozenset(Right),
    "editor": frozenset({Right.LOOK, Right.SEE_PEOPLE, Right.EDIT, Right.PUBLISH, Right.CARE}),
    "analyst": frozenset({Right.LOOK, Right.SEE_PEOPLE}),
    "care": frozenset({Right.LOOK, Right.SEE_PEOPLE, Right.CARE}),
    "guest": frozenset({Right.LOOK}),
}


def may(role: str, right: Right) -> bool:
    """Say whether a role has a right; an unknown role has none."""
    return right in RIGHTS.get(role, frozenset())
