"""Reading contributions: those to look at, those that may be shown, their photos."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count

from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.contributions.rules import MOST, PUBLIC
from duologue.people.consent.queries import standing
from duologue.people.consent.rules import GRANTED
from duologue.people.profiles.models import Profile
from duologue.people.profiles.queries import persons_of
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duologue.platform.workspaces.models import Workspace

NEXT: Final = """
SELECT least((SELECT min(forget_at) FROM engage_contribution WHERE workspace_id = %(workspace)s AND forget_at IS NOT NULL),
             (SELECT min(forget_at) FROM engage_photo WHERE workspace_id = %(workspace)s AND forget_at IS NOT NULL))
"""
SHOWN: Final = 48
NEVER: Final = datetime.min.replace(tzinfo=UTC)


def permitted(workspace: Workspace, rows: Sequence[Contribution]) -> set[int]:
    """Return which of these may be shown by what their people say now; a parent's word counts for a child. A handful of queries.

    A reply came with no box beside it, and a form by nobody knows whom: for these a yes of before was to something else, and so is the
    box beside another quote or photo, whenever it was ticked.
    """
    persons = persons_of(workspace, [row.profile_id for row in rows])
    stands = standing(workspace, sorted(set(persons.values())))
    mine = [row for row in rows if row.purpose and row.profile_id in persons]
    allowed = [row for row in mine if stands[persons[row.profile_id]].may(PUBLIC, row.purpose)]
    later = {persons[row.profile_id] for row in allowed if row.needs_a_later_yes}
    asked = _agreed_when_asked(workspace, sorted(later)) if later else {}
    return {
        row.pk for row in allowed if not row.needs_a_later_yes or row.came_at <= asked.get((persons[row.profile_id], row.purpose), NEVER)
    }


def _agreed_when_asked(workspace: Workspace, persons: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Return by person and purpose when they last agreed to what they gave being shown, asked for all of it, and took nothing back since.

    The statement of a box says in its proof which `question` it stood beside.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT person, purpose, agreed FROM (
                   SELECT p.person, c.purpose, max(c.at) FILTER (WHERE c.state = %(yes)s AND NOT c.proof ? 'question') AS agreed,
                          max(c.at) FILTER (WHERE c.state <> %(yes)s) AS against
                   FROM people_profile p JOIN people_consentstatement c ON c.workspace_id = p.workspace_id AND c.profile_id = p.id
                   WHERE p.workspace_id = %(workspace)s AND p.person = ANY(%(persons)s::bigint[]) AND c.channel = %(public)s
                   GROUP BY p.person, c.purpose) AS said
               WHERE agreed > coalesce(against, '-infinity')""",
            {"yes": GRANTED, "workspace": workspace.pk, "persons": arrays.numbers(persons), "public": PUBLIC},
        )
        return {(person, purpose): at for person, purpose, at in cursor.fetchall()}


def shown(workspace: Workspace, *, survey: str = "", most: int = SHOWN) -> list[Contribution]:
    """Return what is shown to everybody, the newest first; with `survey` what was given in answer to that one."""
    found = Contribution.within(workspace).filter(state=Contribution.State.PUBLISHED)
    rows = list((found.filter(survey=survey) if survey else found).order_by("-came_at", "-id")[:SHOWN])
    allowed = permitted(workspace, rows)
    return [row for row in rows if row.pk in allowed][:most]


def still_shown(workspace: Workspace, numbers: Sequence[int]) -> list[Contribution]:
    """Return those among these that are still shown to everybody, in their order."""
    rows = list(Contribution.within(workspace).filter(state=Contribution.State.PUBLISHED, pk__in=numbers))
    allowed = permitted(workspace, rows)
    return sorted((row for row in rows if row.pk in allowed), key=lambda row: numbers.index(row.pk))


def sizes(workspace: Workspace, rows: Sequence[Contribution]) -> dict[int, tuple[int, int]]:
    """Return width and height of the photos among these."""
    found = Photo.within(workspace).filter(contribution__in=[row.pk for row in rows if row.kind == Contribution.Kind.PHOTO])
    return {one: (width, height) for one, width, height in found.values_list("contribution_id", "width", "height")}


def public_photo(workspace: Workspace, contribution: int) -> bytes | None:
    """Return a photo that is shown to everybody, or None: not published, not a photo, or not permitted any more."""
    row = Contribution.within(workspace).filter(pk=contribution, state=Contribution.State.PUBLISHED).first()
    return photo(workspace, contribution) if row is not None and permitted(workspace, [row]) else None


def asked_about(workspace: Workspace, person: int, purpose: str) -> list[tuple[Contribution, bytes | None]]:
    """Return what waits for a person's yes to this purpose, the newest first and six at most, with the photos among it."""
    mine = Profile.within(workspace).filter(person=person).values("pk")
    waiting = Contribution.within(workspace).filter(profile_id__in=mine, purpose=purpose, state=Contribution.State.WAITING)
    rows = list(waiting.order_by("-came_at", "-id")[:MOST])
    photos = Photo.within(workspace).filter(contribution__in=[row.pk for row in rows])
    content = {one: bytes(raw) for one, raw in photos.values_list("contribution_id", "content")}
    return [(row, content.get(row.pk)) for row in rows]


def photo(workspace: Workspace, contribution: int) -> bytes | None:
    """Return the photo of a contribution, for those who may see people."""
    content = Photo.within(workspace).filter(contribution=contribution).values_list("content", flat=True).first()
    return bytes(content) if content is not None else None


def counts(workspace: Workspace) -> dict[str, int]:
    """Return how many contributions are in each state."""
    rows = Contribution.within(workspace).values("state").annotate(number=Count("id"))
    return {**dict.fromkeys(Contribution.State.values, 0), **{row["state"]: row["number"] for row in rows}}
