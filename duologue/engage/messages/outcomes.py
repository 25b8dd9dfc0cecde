"""Writing down what became of deliveries: states by one statement, attempts, perks, and the timeline."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.engage.messages.rules.body import perk_ids
from duologue.engage.messages.rules.gate import Verdict, try_again_at
from duologue.engage.perks.actions import issue, release
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.telemetry.counters import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.engage.channels.protocol import Letter, Outcome
    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

AT_ONCE = frozenset({"not_left", "not_sent", "no_relay"})  # it never reached a carrier: the gate is asked again at once
EVENT_OF = {"accepted": names.MESSAGE_SENT, "failed": names.MESSAGE_FAILED, "uncertain": names.MESSAGE_UNCERTAIN}


def note_verdicts(workspace: Workspace, claimed: Sequence[Claimed], verdicts: Mapping[int, Verdict], now: datetime) -> int:
    """Put off what may go later and withhold what may never; return how many were withheld."""
    later = [(one, verdicts[one.id]) for one in claimed if verdicts[one.id].answer == "later"]
    if later:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE engage_delivery d SET due_at = n.at, reason = n.why
                   FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS n (id, at, why)
                   WHERE d.workspace_id = %s AND d.id = n.id AND d.state = 'queued'""",
                ([one.id for one, _ in later], [verdict.at for _, verdict in later], [verdict.why for _, verdict in later], workspace.pk),
            )
    never = [one for one in claimed if verdicts[one.id].answer == "never"]
    withhold(workspace, never, {one.id: verdicts[one.id].why for one in never}, {}, now)
    return len(never)


def withhold(
    workspace: Workspace, claimed: Sequence[Claimed], reasons: Mapping[int, str], details: Mapping[int, str], now: datetime
) -> None:
    """Withhold queued deliveries for good and say so on the timeline; perks set aside for them go back."""
    if not claimed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_delivery d SET state = 'withheld', reason = n.why, detail = n.detail
               FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n (id, why, detail)
               WHERE d.workspace_id = %s AND d.id = n.id AND d.state = 'queued'""",
            (
                [one.id for one in claimed],
                [reasons[one.id] for one in claimed],
                [details.get(one.id, "")[:300] for one in claimed],
                workspace.pk,
            ),
        )
    release(workspace=workspace, perks=perk_ids(one.body for one in claimed), now=now)
    write(
        workspace=workspace,
        events=[event(one, names.MESSAGE_WITHHELD, now, reason=reasons[one.id]) for one in claimed],
        now=now,
    )


def hand_over(
    workspace: Workspace, claimed: Sequence[Claimed], letters: Sequence[Letter], *, sender: str, now: datetime, until: datetime
) -> None:
    """Mark deliveries as handing over; committed before the first byte leaves."""
    by_id = {one.id: one for one in claimed}
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_delivery d SET state = 'handing_over', attempt = n.attempt, address = n.address, sender = %s,
                      body = coalesce(n.body, d.body), handed_over_at = %s, claimed_until = %s, reason = ''
               FROM json_to_recordset(%s) AS n (id bigint, attempt smallint, address text, body jsonb)
               WHERE d.workspace_id = %s AND d.id = n.id AND d.state = 'queued'""",
            (sender, now, until, _as_json([_handed(letter, by_id[letter.delivery]) for letter in letters]), workspace.pk),
        )
    for letter in letters:
        by_id[letter.delivery].attempt = letter.attempt


SETTLE: Final = """WITH moved AS (
    UPDATE engage_delivery d SET state = n.state, reason = n.reason, detail = n.text, due_at = coalesce(n.due, d.due_at),
           relay = n.relay, claimed_until = NULL, accepted_at = CASE WHEN n.state = 'accepted' THEN %(now)s ELSE d.accepted_at END
    FROM json_to_recordset(%(rows)s) AS n (id bigint, attempt smallint, state text, reason text, due timestamptz, relay text,
         outcome text, code text, text text)
    WHERE d.workspace_id = %(workspace)s AND d.id = n.id AND d.state = 'handing_over' AND d.attempt = n.attempt
    RETURNING n.*)
    INSERT INTO engage_attempt (workspace_id, delivery_id, number, at, relay, outcome, code, text)
    SELECT %(workspace)s, id, attempt, %(now)s, relay, outcome, code, text FROM moved RETURNING delivery_id"""


def settle(workspace: Workspace, claimed: Sequence[Claimed], outcomes: Mapping[int, Outcome], now: datetime) -> int:
    """Write outcomes of deliveries that are handing over; return how many were accepted. One that someone else settled stays."""
    told = [one for one in claimed if one.id in outcomes]
    if not told:
        return 0
    refused = _refused_before(workspace, [one.id for one in told if _was_refused(outcomes[one.id])])
    rows = [_row(one, outcomes[one.id], refused.get(one.id, 0) + 1, now) for one in told]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"now": now, "rows": _as_json(rows), "workspace": workspace.pk})
        moved = {row[0] for row in cursor.fetchall()}
    told = [one for one in told if one.id in moved]
    for kind, number in Counter(outcomes[one.id].kind for one in told).items():
        count("attempts", number, outcome=kind)
    accepted = [one for one in told if outcomes[one.id].kind == "accepted"]
    if given := perk_ids(one.body for one in accepted):
        issue(workspace=workspace, perks=given, now=now)
    if back := perk_ids(one.body for one in told if outcomes[one.id].kind == "failed"):
        release(workspace=workspace, perks=back, now=now)
    write(workspace=workspace, events=[_told(one, outcomes[one.id], now) for one in told if outcomes[one.id].kind in EVENT_OF], now=now)
    return len(accepted)


def _was_refused(outcome: Outcome) -> bool:
    """Say whether a carrier had it and put it off, which is answered by waiting longer each time."""
    return outcome.kind == "deferred" and outcome.code not in AT_ONCE


def _refused_before(workspace: Workspace, deliveries: Sequence[int]) -> dict[int, int]:
    """Return how often carriers put each delivery off; attempts that reached none do not count."""
    if not deliveries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT delivery_id, count(*) FROM engage_attempt WHERE workspace_id = %s AND delivery_id = ANY(%s) AND outcome = 'deferred'
               AND code <> ALL(%s) GROUP BY delivery_id""",
            (workspace.pk, list(deliveries), list(AT_ONCE)),
        )
        return dict(cursor.fetchall())


def _handed(letter: Letter, one: Claimed) -> dict[str, Any]:
    """Return what handing over changes; its body only where perks were set aside."""
    body = {"body": one.body} if one.body.get("perks") else {}
    return {"id": letter.delivery, "attempt": letter.attempt, "address": letter.recipient, **body}


def _row(one: Claimed, outcome: Outcome, refusal: int, now: datetime) -> dict[str, Any]:
    due = (try_again_at(refusal, now) if _was_refused(outcome) else now) if outcome.kind == "deferred" else None
    return {
        "id": one.id,
        "attempt": one.attempt,
        "state": "queued" if outcome.kind == "deferred" else outcome.kind,
        "reason": "" if outcome.kind == "accepted" else (outcome.code or outcome.kind)[:60],
        "due": due,
        "relay": outcome.relay,
        "outcome": outcome.kind,
        "code": outcome.code[:20],
        "text": _clean(outcome.text),
    }


def _as_json(rows: list[dict[str, Any]]) -> str:
    """Return rows as one text, which costs the client less than an array for each column."""
    return msgspec.json.encode(rows).decode()


def _told(one: Claimed, outcome: Outcome, now: datetime) -> NewEvent:
    more: dict[str, Any] = {}
    if outcome.kind == "failed":
        more = {"reason": outcome.code or "failed", "code": outcome.code}
    elif perks := one.body.get("perks"):
        more = {"perks": {offer: {key: perk[key] for key in ("expires_at",) if key in perk} for offer, perk in perks.items()}}
    return event(one, EVENT_OF[outcome.kind], now, **more)


def event(one: Claimed, name: str, at: datetime, **more: Any) -> NewEvent:
    """Return a delivery's event for the timeline."""
    properties = {
        "delivery": one.id,
        "dialogue": one.dialogue,
        "turn": one.turn,
        "seq": one.seq,
        "message": one.message or one.body.get("message") or "",
        "channel": one.channel,
        **more,
    }
    return NewEvent(one.profile_id, at, name, properties, run_id=one.run_id, delivery_id=one.id)


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:300]
