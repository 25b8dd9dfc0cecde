"""What people say, as a letter shows it: what is permitted when it leaves, and of that what still is when it is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.engage.contributions.models import Contribution
from duologue.engage.contributions.queries import shown, still_shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duologue.engage.contributions.rules import Voices
    from duologue.engage.messages.claims import Claimed
    from duologue.engage.messages.versions import Version
    from duologue.platform.workspaces.models import Workspace

STARS: Final = 5
EXAMPLE: Final = "What somebody says of you will stand here, once it may be shown."


def choose_voices(workspace: Workspace, claimed: Sequence[Claimed], found: Mapping[int, Version]) -> None:
    """Set what each delivery shows, and note it in its `body`. Two questions for each way of showing, whatever the number of people."""
    chosen: dict[Voices, list[Contribution]] = {}
    for one in claimed:
        asked = version.voices if (version := found.get(one.version_id or 0)) else None
        if asked is None:
            continue
        if asked not in chosen:
            chosen[asked] = shown(workspace, survey=asked.survey, most=asked.most)
        one.voices = chosen[asked]
        one.body["voices"] = [row.pk for row in one.voices]


def recall_voices(workspace: Workspace, one: Claimed) -> None:
    """Set what a delivery showed when it left, as far as its people still allow it."""
    if numbers := one.body.get("voices"):
        one.voices = still_shown(workspace, numbers)


def example_voices(workspace: Workspace, asked: Voices) -> list[Contribution]:
    """Return what a letter would show now; an invented one where there is nothing."""
    return shown(workspace, survey=asked.survey, most=asked.most) or [Contribution(kind=Contribution.Kind.QUOTE, text=EXAMPLE)]


def as_read(row: Contribution, workspace: Workspace, url: str) -> dict[str, Any]:
    """Return a contribution as a message names it: `url` is where the workspace's pages are; None where something is not there."""
    is_photo = row.kind == Contribution.Kind.PHOTO
    stars = min(row.stars, STARS) if row.stars else None
    return {
        "text": row.text or None,
        "by": row.shown_as or None,
        "rating": stars,
        "stars": None if stars is None else "★" * stars + "☆" * (STARS - stars),
        "photo": f"{url}/at/{workspace.name}/voices/{row.pk}.jpg" if is_photo else None,
    }
