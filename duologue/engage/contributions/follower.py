"""What the timeline means for contributions: withdrawals take them back; forms, and replies to letters that ask for a quote, bring them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from django.db import connection

from duologue.engage.care.queries import current as current_care
from duologue.engage.contributions.actions import take_back
from duologue.engage.contributions.forms import keep_as_agreed, keep_forms
from duologue.engage.contributions.models import Contribution
from duologue.engage.contributions.rules import BOX, LONGEST, NO_QUOTE, PUBLIC, forget_at
from duologue.people.timeline import names
from duologue.people.timeline.readers import Reader
from duologue.strategize.dialogues.rules.survey import from_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from duologue.people.timeline.queries import EventRow, Reading
    from duologue.platform.workspaces.models import Workspace

AGAINST: Final = (names.CONSENT_WITHDRAWN, names.CONSENT_REFUSED)
READ: Final = (*AGAINST, names.CONSENT_GRANTED, names.MESSAGE_REPLIED, names.FORM_SENT)


class ContributionFollower(Reader):
    """Reads what is said of what may be shown, replies, and forms."""

    name = "contributions"
    only = READ

    def read(self, *, workspace: Workspace, reading: Reading, now: datetime) -> None:
        """Keep what was replied and sent by forms, and look again at what may be shown."""
        replied = {
            event.delivery_id
            for event in reading.events
            if event.name == names.MESSAGE_REPLIED and event.delivery_id is not None and event.properties.get("intent") not in NO_QUOTE
        }
        if replied:
            keep_replies(workspace=workspace, deliveries=replied, now=now)
        keep_forms(workspace=workspace, events=reading.events, now=now)
        if agreed := _said([one for one in reading.events if not _is_box(one)], (names.CONSENT_GRANTED,)):
            keep_as_agreed(workspace=workspace, whose=agreed, now=now)
        if against := _said(reading.events, AGAINST):
            take_back(workspace=workspace, whose=against, now=now)


def _said(events: Iterable[EventRow], what: Collection[str]) -> dict[tuple[int, str], datetime]:
    """Return who said this of being shown, with the purpose, and when last."""
    whose: dict[tuple[int, str], datetime] = {}
    for one in events:
        if one.name in what and one.properties.get("channel") == PUBLIC:
            key = (one.person, str(one.properties.get("purpose")))
            whose[key] = max(one.occurred_at, whose.get(key, one.occurred_at))
    return whose


def _is_box(event: EventRow) -> bool:
    return str(event.properties.get("source")).startswith(BOX)


def keep_replies(*, workspace: Workspace, deliveries: Collection[int], now: datetime) -> None:
    """Keep replies to letters that ask for a quote as quotes, to be looked at. Each entry once; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, e.profile_id, e.delivery_id, e.text, e.at, s.data FROM engage_delivery d
               JOIN strategize_surveyversion s ON s.workspace_id = d.workspace_id AND s.id = d.survey_version_id
               JOIN engage_entry e ON e.workspace_id = d.workspace_id AND e.delivery_id = d.id
               WHERE d.workspace_id = %s AND d.id = ANY(%s) AND e.direction = 'in' AND e.text <> '' AND e.intent <> ALL(%s)""",
            (workspace.pk, list(deliveries), list(NO_QUOTE)),
        )
        rows = cursor.fetchall()
    keep = forget_at(current_care(workspace).contributions, Contribution.State.WAITING, now)
    quotes = []
    for entry, profile, delivery, text, at, data in rows:
        survey = from_json(json.loads(data) if isinstance(data, str) else data)
        asked = next((question for question in survey.questions.values() if question.kind == "quote"), None)
        if asked is not None:
            purpose = asked.fills.consent if asked.fills else ""
            about = {"purpose": purpose, "survey": survey.survey, "delivery_id": delivery, "entry_id": entry, "forget_at": keep}
            quotes.append(Contribution(workspace=workspace, profile_id=profile, kind="quote", text=text[:LONGEST], came_at=at, **about))
    Contribution.within(workspace).bulk_create(quotes, ignore_conflicts=True)
