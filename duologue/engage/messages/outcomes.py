"""Writing down what became of deliveries: states by one statement, attempts, perks, and the timeline."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.engage.channels.protocol import NOBODYS
from duologue.engage.messages.rules.body import perk_ids
from duologue.engage.messages.rules.gate import WARM_UP, Verdict, try_again_at
from duologue.engage.perks.lives import issue, release
from duologue.people.consent.actions import suppress
from duologue.people.timeline import names
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.database import arrays
from duologue.platform.telemetry.counters import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.engage.channels.protocol import Letter, Outcome
    from duologue.engage.messages.claims import Claimed
    from duologue.platform.workspaces.models import Workspace

NOTED: Final = frozenset({"perks", "items", "voices", "chosen", "place"})  # what is noted in a body after it was planned
AT_ONCE = frozenset({"not_left", "not_sent", "no_relay"})  # it never reached a carrier: the gate is asked again at once
EVENT_OF = {"accepted": names.MESSAGE_SENT, "failed": names.MESSAGE_FAILED, "uncertain": names.MESSAGE_UNCERTAIN}


def note_verdicts(workspace: Workspace, claimed: Sequence[Claimed], verdicts: Mapping[int, Verdict], now: datetime) -> int:
    """Put off what may go later and withhold what may never; return how many were withheld."""
    later = [(one, verdicts[one.id]) for one in claimed if verdicts[one.id].answer == "later"]
    if later:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE engage_delivery d SET due_at = n.at, reason = n.why,
                          too_late_at = CASE n.why WHEN 'warm_up' THEN d.too_late_at + (n.at - d.due_at) ELSE d.too_late_at END
                   FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS n (id, at, why)
                   WHERE d.workspace_id = %s AND d.id = n.id AND d.state = 'queued'""",
                ([one.id for one, _ in later], [verdict.at for _, verdict in later], [verdict.why for _, verdict in later], workspace.pk),
            )
            _keep_bodies(cursor, workspace, [one for one, verdict in later if verdict.why == WARM_UP])
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
        events=[event(one, names.MESSAGE_WITHHELD, now, reason=reasons[one.id]) for one in claimed if is_theirs(one)],
        now=now,
    )


def hand_over(
    workspace: Workspace,
    claimed: Sequence[Claimed],
    letters: Sequence[Letter],
    *,
    said: Mapping[int, str],
    sender: str,
    now: datetime,
) -> int:
    """Mark deliveries as handing over, with what they say of their person; committed before the first byte leaves.

    Returns the number of the batch under which they are on the wire.
    """
    by_id = {one.id: one for one in claimed}
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_delivery d SET state = 'handing_over', attempt = n.attempt, address = n.address, sender = %s,
                      handed_over_at = %s, reason = '', said = n.said
               FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[], array_fill('queued'::text, ARRAY[%s::integer]))
                    AS n (id, attempt, address, said, was)
               WHERE d.workspace_id = %s AND d.id = n.id AND d.state = n.was""",
            (
                sender,
                now,
                arrays.numbers([letter.delivery for letter in letters]),
                arrays.numbers([letter.attempt for letter in letters]),
                arrays.texts([letter.recipient for letter in letters]),
                arrays.texts([said.get(letter.delivery, "") for letter in letters]),
                len(letters),
                workspace.pk,
            ),
        )
        _keep_bodies(cursor, workspace, [one for letter in letters if NOTED & (one := by_id[letter.delivery]).body.keys()])
        cursor.execute(
            "INSERT INTO engage_onthewire (workspace_id, sender, deliveries) VALUES (%s, %s, %s::bigint[]) RETURNING id",
            (workspace.pk, sender, arrays.numbers([letter.delivery for letter in letters])),
        )
        batch: int = cursor.fetchone()[0]
    for letter in letters:
        by_id[letter.delivery].attempt = letter.attempt
    return batch


def off_the_wire(workspace: Workspace, batch: int) -> None:
    """Let go of a batch of which everything is settled."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM engage_onthewire WHERE workspace_id = %s AND id = %s", (workspace.pk, batch))


def _keep_bodies(cursor: Any, workspace: Workspace, given: Sequence[Claimed]) -> None:
    """Remember in the bodies of deliveries what was set aside for them, which products they show, which variant and day are theirs."""
    if not given:
        return
    cursor.execute(
        """UPDATE engage_delivery d SET body = n.body FROM unnest(%s::bigint[], %s::jsonb[]) AS n (id, body)
           WHERE d.workspace_id = %s AND d.id = n.id""",
        (arrays.numbers([one.id for one in given]), arrays.texts([_as_json(one.body) for one in given]), workspace.pk),
    )


# `was` comes with each row, since PostgreSQL would else expect hardly any in a state that passes so soon, and look for each among all
SETTLE: Final = """WITH moved AS (
    UPDATE engage_delivery d SET state = n.state, reason = n.reason, detail = n.text, due_at = coalesce(n.due, d.due_at),
           relay = n.relay, accepted_at = CASE WHEN n.state = 'accepted' THEN %(now)s ELSE d.accepted_at END
    FROM unnest(%(ids)s::bigint[], %(attempts)s::smallint[], %(states)s::text[], %(reasons)s::text[], %(dues)s::timestamptz[],
                %(relays)s::text[], %(outcomes)s::text[], %(codes)s::text[], %(texts)s::text[],
                array_fill('handing_over'::text, ARRAY[%(many)s::integer]))
         AS n (id, attempt, state, reason, due, relay, outcome, code, text, was)
    WHERE d.workspace_id = %(workspace)s AND d.id = n.id AND d.state = n.was AND d.attempt = n.attempt
    RETURNING n.*)
    INSERT INTO engage_attempt (workspace_id, delivery_id, number, at, relay, outcome, code, text)
    SELECT %(workspace)s, id, attempt, %(now)s, relay, outcome, code, text FROM moved RETURNING delivery_id"""


def settle(workspace: Workspace, claimed: Sequence[Claimed], outcomes: Mapping[int, Outcome], now: datetime) -> int:
    """Write outcomes of deliveries that are handing over; return how many were accepted. One that someone else settled stays.

    An address that turns out to be nobody's is used no more.
    """
    told = [one for one in claimed if one.id in outcomes]
    if not told:
        return 0
    refused = _refused_before(workspace, [one.id for one in told if _was_refused(outcomes[one.id])])
    what = [outcomes[one.id] for one in told]
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            {
                "now": now,
                "workspace": workspace.pk,
                "many": len(told),
                "ids": arrays.numbers([one.id for one in told]),
                "attempts": arrays.numbers([one.attempt for one in told]),
                "states": arrays.texts([_state(outcome) for outcome in what]),
                "reasons": arrays.texts([_reason(outcome) for outcome in what]),
                "dues": arrays.moments([_due(outcome, refused.get(outcome.delivery, 0) + 1, now) for outcome in what]),
                "relays": arrays.texts([outcome.relay for outcome in what]),
                "outcomes": arrays.texts([outcome.kind for outcome in what]),
                "codes": arrays.texts([outcome.code[:20] for outcome in what]),
                "texts": arrays.texts([_clean(outcome.text) for outcome in what]),
            },
        )
        moved = {row[0] for row in cursor.fetchall()}
    told = [one for one in told if one.id in moved]
    for kind, number in Counter(outcomes[one.id].kind for one in told).items():
        count("attempts", number, outcome=kind)
    accepted = [one for one in told if outcomes[one.id].kind == "accepted"]
    if given := perk_ids(one.body for one in accepted):
        issue(workspace=workspace, perks=given, now=now)
    if back := perk_ids(one.body for one in told if outcomes[one.id].kind == "failed"):
        release(workspace=workspace, perks=back, now=now)
    _use_no_more(workspace, [one.id for one in told if outcomes[one.id].kind == "failed" and outcomes[one.id].code in NOBODYS], now)
    theirs = [one for one in told if outcomes[one.id].kind in EVENT_OF and is_theirs(one)]
    write(workspace=workspace, events=[_told(one, outcomes[one.id], now) for one in theirs], now=now)
    return len(accepted)


def _use_no_more(workspace: Workspace, deliveries: Sequence[int], now: datetime) -> None:
    """Suppress the addresses these deliveries were refused for, as after a hard bounce."""
    if not deliveries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT channel, array_agg(address) FROM engage_delivery
               WHERE workspace_id = %s AND id = ANY(%s) AND address <> '' GROUP BY 1""",
            (workspace.pk, list(deliveries)),
        )
        for channel, addresses in cursor.fetchall():
            suppress(workspace=workspace, channel=channel, addresses=addresses, reason="hard_bounce", now=now)


def is_theirs(one: Claimed) -> bool:
    """Say whether a delivery is said to its person; what a team is told about somebody is no part of that person's timeline."""
    return not one.body.get("to")


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


def _state(outcome: Outcome) -> str:
    return "queued" if outcome.kind == "deferred" else outcome.kind


def _reason(outcome: Outcome) -> str:
    return "" if outcome.kind == "accepted" else (outcome.code or outcome.kind)[:60]


def _due(outcome: Outcome, refusal: int, now: datetime) -> datetime | None:
    """Return when to try again, the first refusal being 1; what reached no carrier is due at once."""
    if outcome.kind != "deferred":
        return None
    return try_again_at(refusal, now) if _was_refused(outcome) else now


def _as_json(body: dict[str, Any]) -> str:
    return msgspec.json.encode(body).decode()


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
