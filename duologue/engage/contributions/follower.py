"""What the timeline means for contributions: a withdrawal takes them back, a reply to a letter that asks for a quote is one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from duologue.engage.care.queries import current as current_care
from duologue.engage.contributions.actions import take_back
from duologue.engage.contributions.models import Contribution
from duologue.engage.contributions.rules import LONGEST, NO_QUOTE, PUBLIC, forget_at
from duologue.people.timeline import names
from duologue.people.timeline.actions import move_cursor
from duologue.people.timeline.queries import unread
from duologue.strategize.dialogues.rules.survey import from_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

READ: Final = (names.CONSENT_WITHDRAWN, names.CONSENT_REFUSED, names.MESSAGE_REPLIED)


class ContributionFollower:
    """Reads withdrawals of what may be shown, and replies."""

    name = "contributions"

    def follow(self, *, workspace: Workspace, now: datetime) -> int:
        """Deal with the next batches; return the number of events read."""
        with transaction.atomic():
            reading = unread(workspace, self.name, only=READ)
            if reading is None:
                return 0
            replied = {
                event.delivery_id
                for event in reading.events
                if event.name == names.MESSAGE_REPLIED and event.delivery_id is not None and event.properties.get("intent") not in NO_QUOTE
            }
            if replied:
                keep_replies(workspace=workspace, deliveries=replied, now=now)
            against = [event for event in reading.events if event.name != names.MESSAGE_REPLIED]
            whose: dict[tuple[int, str], datetime] = {}
            for one in against:
                if one.properties.get("channel") == PUBLIC:
                    key = (one.person, str(one.properties.get("purpose")))
                    whose[key] = max(one.occurred_at, whose.get(key, one.occurred_at))
            if whose:
                take_back(workspace=workspace, whose=whose, now=now)
            move_cursor(workspace=workspace, follower=self.name, batch_no=reading.batch_no)
            return max(1, len(reading.events))


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
