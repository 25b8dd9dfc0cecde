"""What came by a form of a site: kept once it is known whose it is, and until its address has said yes no longer than what is declined."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import connection

from duologue.engage.care.queries import current as current_care
from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.contributions.rules import LONGEST, forget_at, given_by_form
from duologue.people.consent import ages
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from duologue.engage.contributions.rules import GivenByForm
    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace

Given = tuple["EventRow", str, "GivenByForm"]


def keep_forms(*, workspace: Workspace, events: Iterable[EventRow], now: datetime) -> int:
    """Keep what forms of sites give to be shown, to be looked at; return how many. A photo that is held no longer is passed over.

    The permission is not among it: `conversations.agreeing` asks for that at the address. A handful of statements.
    """
    given = [
        (event, key, one)
        for event in events
        if event.name == names.FORM_SENT and event.source.startswith(ages.FORM)
        for key, one in given_by_form(event.properties).items()
    ]
    if not given:
        return 0
    photos = _held(workspace, [one.photo for _, _, one in given if one.photo])
    kept = [(row, one.photo) for row, one in _rows(workspace, given, now) if not one.photo or one.photo in photos]
    Contribution.within(workspace).bulk_create([row for row, _ in kept])
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_photo p SET contribution_id = n.row, held = NULL, forget_at = NULL
               FROM unnest(%s::bigint[], %s::bigint[]) AS n (photo, row) WHERE p.workspace_id = %s AND p.id = n.photo""",
            ([photos[key] for _, key in kept if key], [row.pk for row, key in kept if key], workspace.pk),
        )
    return len(kept)


def _rows(workspace: Workspace, given: Iterable[Given], now: datetime) -> Iterable[tuple[Contribution, GivenByForm]]:
    goes_at = forget_at(current_care(workspace).contributions, Contribution.State.DECLINED, now)
    for event, question, one in given:
        answers = event.properties.get("answers")
        text = "" if one.photo else str((answers if isinstance(answers, dict) else {}).get(question, ""))[:LONGEST]
        if not (one.photo or text):
            continue
        words = Contribution.Kind.QUOTE if one.stars is None else Contribution.Kind.REVIEW
        what = {"kind": Contribution.Kind.PHOTO if one.photo else words, "text": text, "stars": None if one.photo else one.stars}
        about = {"survey": one.survey[:63], "question": question[:63], "purpose": one.purpose[:40]}
        row = Contribution(workspace=workspace, profile_id=event.profile_id, came_at=event.occurred_at, forget_at=goes_at, **what, **about)
        yield row, one


def _held(workspace: Workspace, names_: list[str]) -> dict[str, int]:
    found = Photo.within(workspace).filter(held__in=[one for name in names_ if (one := _number(name))]).values_list("held", "pk")
    return {held.hex: pk for held, pk in found if held is not None}


def _number(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=name)
    except ValueError:
        return None


def keep_as_agreed(*, workspace: Workspace, whose: Mapping[tuple[int, str], datetime], now: datetime) -> None:
    """Keep for its usual time what these (person, purpose) have now agreed to at their own address. One statement."""
    goes_at = forget_at(current_care(workspace).contributions, Contribution.State.WAITING, now)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_contribution c SET forget_at = %s
               FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS w (person, purpose, at)
               JOIN people_profile p ON p.workspace_id = %s AND p.person = w.person
               WHERE c.workspace_id = %s AND c.profile_id = p.id AND c.purpose = w.purpose AND c.state = 'waiting'
                 AND c.delivery_id IS NULL AND c.came_at <= w.at""",
            (goes_at, [person for person, _ in whose], [purpose for _, purpose in whose], list(whose.values()), workspace.pk, workspace.pk),
        )
