"""Reading contributions: those to look at, those that may be shown, their photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Count

from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.contributions.rules import PUBLIC
from duologue.people.consent.queries import standing
from duologue.people.profiles.queries import persons_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duologue.platform.workspaces.models import Workspace

NEXT: Final = "SELECT min(forget_at) FROM engage_contribution WHERE workspace_id = %(workspace)s AND forget_at IS NOT NULL"
SHOWN: Final = 48


def may_show(workspace: Workspace, asked: Collection[tuple[int, str]]) -> dict[tuple[int, str], bool]:
    """Say for each (person, purpose) whether they agree, now, to what they gave being shown; a parent's word counts for a child."""
    stands = standing(workspace, sorted({person for person, _ in asked}))
    return {(person, purpose): bool(purpose) and stands[person].may(PUBLIC, purpose) for person, purpose in asked}


def permitted(workspace: Workspace, rows: Sequence[Contribution]) -> set[int]:
    """Return which of these may be shown by what their people say now. A handful of queries."""
    persons = persons_of(workspace, [row.profile_id for row in rows])
    whose = {row.pk: (persons[row.profile_id], row.purpose) for row in rows if row.profile_id in persons}
    allowed = may_show(workspace, set(whose.values()))
    return {pk for pk, one in whose.items() if allowed[one]}


def shown(workspace: Workspace) -> list[Contribution]:
    """Return what is shown to everybody, the newest first."""
    rows = list(Contribution.within(workspace).filter(state=Contribution.State.PUBLISHED).order_by("-came_at", "-id")[:SHOWN])
    allowed = permitted(workspace, rows)
    return [row for row in rows if row.pk in allowed]


def sizes(workspace: Workspace, rows: Sequence[Contribution]) -> dict[int, tuple[int, int]]:
    """Return width and height of the photos among these."""
    found = Photo.within(workspace).filter(contribution__in=[row.pk for row in rows if row.kind == Contribution.Kind.PHOTO])
    return {one: (width, height) for one, width, height in found.values_list("contribution_id", "width", "height")}


def public_photo(workspace: Workspace, contribution: int) -> bytes | None:
    """Return a photo that is shown to everybody, or None: not published, not a photo, or not permitted any more."""
    row = Contribution.within(workspace).filter(pk=contribution, state=Contribution.State.PUBLISHED).first()
    return photo(workspace, contribution) if row is not None and permitted(workspace, [row]) else None


def photo(workspace: Workspace, contribution: int) -> bytes | None:
    """Return the photo of a contribution, for those who may see people."""
    content = Photo.within(workspace).filter(contribution=contribution).values_list("content", flat=True).first()
    return bytes(content) if content is not None else None


def counts(workspace: Workspace) -> dict[str, int]:
    """Return how many contributions are in each state."""
    rows = Contribution.within(workspace).values("state").annotate(number=Count("id"))
    return {**dict.fromkeys(Contribution.State.values, 0), **{row["state"]: row["number"] for row in rows}}
