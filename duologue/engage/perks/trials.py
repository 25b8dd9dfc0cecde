"""Trials that turn into custom: the event for which their offer waits, while they run or soon after their end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.engage.perks.terms import terms_of
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace


def convert(
    *,
    workspace: Workspace,
    events: Sequence[EventRow],
    redeemed: Mapping[int, int],
    waiting: Mapping[str, Sequence[tuple[int, timedelta]]],
    now: datetime,
) -> int:
    """Note the trials that these events turn into custom, each once; return how many. `waiting` is what `waiting_trials` gave.

    What begins a trial is not what turns it into custom: neither the event that redeemed it (`redeemed`: event → perk), nor anything
    else of that order, nor what happened no later than it began.
    """
    met = [
        (event.person, version, event.occurred_at, within, str(event.properties.get("order_id") or "")[:120], redeemed.get(event.id, 0))
        for event in events
        for version, within in waiting.get(event.name, ())
    ]
    if not met:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH met AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::interval[], %s::text[],
                                                      %s::bigint[]) AS met (person, version, at, within, for_order, redeemed)),
                    due AS (SELECT DISTINCT ON (k.id) k.id, met.at, met.for_order FROM met
                            JOIN people_profile p ON p.workspace_id = %s AND p.person = met.person
                            JOIN engage_perk k ON k.workspace_id = p.workspace_id AND k.profile_id = p.id
                                              AND k.offer_version_id = met.version
                            WHERE k.state IN ('begun', 'ended') AND met.at > k.begun_at
                              AND k.id <> met.redeemed AND (k.redeemed_for = '' OR k.redeemed_for <> met.for_order)
                              AND (k.expires_at IS NULL OR met.at <= k.expires_at + met.within)
                            ORDER BY k.id, met.at)
               UPDATE engage_perk k SET state = 'converted', converted_at = due.at FROM due, strategize_offer o
               WHERE k.workspace_id = %s AND k.id = due.id AND k.state IN ('begun', 'ended')
                 AND o.workspace_id = k.workspace_id AND o.id = k.offer_id
               RETURNING k.id, o.name, k.profile_id, k.run_id, due.at, due.for_order""",
            (*map(list, zip(*met, strict=True)), workspace.pk, workspace.pk),
        )
        rows = sorted(cursor.fetchall())
    said: list[NewEvent] = []
    for perk, offer, profile, run, at, order in rows:
        properties: dict[str, Any] = {"perk": perk, "offer": offer, **({"order": order} if order else {})}
        said.append(NewEvent(profile, at, names.TRIAL_CONVERTED, properties, received_at=now, run_id=run))
    write(workspace=workspace, events=said, now=now)
    return len(rows)


def waiting_trials(workspace: Workspace) -> dict[str, list[tuple[int, timedelta]]]:
    """Return the events for which trials wait: name → (version of the offer, how long after a trial's end)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, data FROM strategize_offerversion WHERE workspace_id = %s AND data->>'kind' = 'trial'",
            (workspace.pk,),
        )
        found: dict[str, list[tuple[int, timedelta]]] = {}
        for version, data in cursor.fetchall():
            terms = terms_of(json.loads(data), workspace.currency, workspace.timezone)
            found.setdefault(terms.converts, []).append((version, terms.converts_within))
        return found
