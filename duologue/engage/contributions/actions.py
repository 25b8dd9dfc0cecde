"""Taking contributions in, deciding on them, taking them back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.engage.care.queries import current as current_care
from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.contributions.queries import permitted
from duologue.engage.contributions.rules import HELD, LONGEST, forget_at
from duologue.kit.pipeline import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.engage.contributions.photos import TakenPhoto
    from duologue.platform.staff.models import Staff
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class NewContribution:
    """What a person gave in answer to a question of a survey, on its page."""

    profile: int
    survey: str
    question: str
    delivery: int
    purpose: str
    text: str = ""
    stars: int | None = None
    photo: TakenPhoto | None = None

    @property
    def kind(self) -> str:
        if self.photo is not None:
            return Contribution.Kind.PHOTO
        return Contribution.Kind.QUOTE if self.stars is None else Contribution.Kind.REVIEW


@transaction.atomic
def contribute(*, workspace: Workspace, given: Sequence[NewContribution], now: datetime) -> list[int]:
    """Keep what a person gave, to be looked at; the same question of the same letter answered again takes its former place.

    What is shown already and given anew waits again.
    """
    made = []
    keep = forget_at(current_care(workspace).contributions, Contribution.State.WAITING, now)
    for one in given:  # the few questions of one page
        what = {"kind": one.kind, "state": Contribution.State.WAITING, "text": one.text[:LONGEST], "stars": one.stars}
        about = {"profile_id": one.profile, "purpose": one.purpose, "came_at": now, "forget_at": keep}
        undecided = {"reason": "", "decided_at": None, "decided_by": None}
        asked: dict[str, Any] = {"delivery_id": one.delivery, "survey": one.survey, "question": one.question}
        row, _ = Contribution.within(workspace).update_or_create(workspace=workspace, **asked, defaults={**what, **about, **undecided})
        if one.photo is not None:
            picture = {"content": one.photo.content, "width": one.photo.width, "height": one.photo.height}
            Photo.within(workspace).update_or_create(workspace=workspace, contribution=row, defaults=picture)
        made.append(row.pk)
    return made


def hold(*, workspace: Workspace, photos: Mapping[str, TakenPhoto], now: datetime) -> dict[str, str]:
    """Keep photos of a form until its event has been read, for a day at most; return by question what the event names each by."""
    held = {key: uuid.uuid4() for key in photos}
    Photo.within(workspace).bulk_create(
        Photo(workspace=workspace, held=held[key], content=one.content, width=one.width, height=one.height, forget_at=now + HELD)
        for key, one in photos.items()
    )
    return {key: one.hex for key, one in held.items()}


@transaction.atomic
def publish(*, workspace: Workspace, contribution: int, seen: str, shown_as: str, staff: Staff | None, now: datetime) -> None:
    """Show a contribution under a name (or none); raises Refused where its person has not agreed, or took it back.

    `seen` is when that came which was looked at, as ISO says it; what took its place since is refused.
    """
    row = _open(workspace, contribution)
    if seen != row.came_at.isoformat():
        raise Refused("given_anew", "They have given something else in its place since you looked. Look at that first.")
    if not permitted(workspace, [row]):
        raise Refused("no_permission", "They have not agreed to it being shown. Ask them first; until then it stays here.")
    _decide(row, Contribution.State.PUBLISHED, staff, now)
    row.shown_as, row.reason = shown_as[:80], ""
    row.save()


@transaction.atomic
def decline(*, workspace: Workspace, contribution: int, reason: str, staff: Staff | None, now: datetime) -> None:
    """Leave a contribution unshown, or show it no longer, and say why; it goes after a while. Raises Refused."""
    row = _open(workspace, contribution)
    if not reason.strip():
        raise Refused("no_reason", "Say why; whoever looks at it next wants to know.")
    _decide(row, Contribution.State.DECLINED, staff, now)
    row.reason = reason.strip()[:200]
    row.save()


def _open(workspace: Workspace, contribution: int) -> Contribution:
    row = Contribution.within(workspace).select_for_update().filter(pk=contribution).first()
    if row is None:
        raise Refused("unknown", "There is no such contribution in this workspace.")
    if row.state == Contribution.State.WITHDRAWN:
        raise Refused("withdrawn", "They have taken it back; nothing is left to be shown.")
    return row


def _decide(row: Contribution, state: str, staff: Staff | None, now: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, now, staff
    row.forget_at = forget_at(current_care(row.workspace).contributions, state, now)


@transaction.atomic
def take_back(*, workspace: Workspace, whose: Mapping[tuple[int, str], datetime], now: datetime) -> int:
    """Take back all that these (person, purpose) gave up to a moment; text and photo are gone at once. Return how many.

    What came later was given anew. Three statements.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS w (person, purpose, at)
               JOIN people_profile p ON p.workspace_id = %s AND p.person = w.person
               JOIN engage_contribution c ON c.workspace_id = p.workspace_id AND c.profile_id = p.id AND c.purpose = w.purpose
               WHERE c.state <> 'withdrawn' AND c.came_at <= w.at ORDER BY c.id FOR UPDATE OF c""",
            ([person for person, _ in whose], [purpose for _, purpose in whose], list(whose.values()), workspace.pk),
        )
        gone = [row[0] for row in cursor.fetchall()]
    _empty(workspace, gone, now)
    return len(gone)


def _empty(workspace: Workspace, gone: Sequence[int], now: datetime) -> None:
    Photo.within(workspace).filter(contribution__in=gone).delete()
    emptied = {"text": "", "stars": None, "shown_as": "", "reason": "", "decided_at": now, "decided_by": None, "forget_at": None}
    Contribution.within(workspace).filter(pk__in=gone).update(state=Contribution.State.WITHDRAWN, **emptied)
