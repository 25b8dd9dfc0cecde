"""Stating consent, suppressing addresses, pausing."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.people.consent.models import Pause, Purpose
from duologue.people.consent.queries import digest_of
from duologue.people.consent.rules import GRANTED, START, Said, content_digest, link_digest, newest_of
from duologue.people.timeline.actions import NewEvent, write
from duologue.people.timeline.names import CONSENT_GRANTED, CONSENT_REFUSED, CONSENT_WITHDRAWN
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EVENT_OF = {"granted": CONSENT_GRANTED, "withdrawn": CONSENT_WITHDRAWN, "refused": CONSENT_REFUSED}


@dataclass(slots=True, frozen=True)
class NewStatement:
    """What a profile says about a channel and a purpose; `state` is granted, withdrawn or refused."""

    profile_id: int
    channel: str
    purpose: str
    state: str
    at: datetime
    source: str
    wording: str = ""
    proof: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def state(*, workspace: Workspace, statements: Sequence[NewStatement], now: datetime) -> None:
    """Write statements onto their profiles' chains, keep the latest per purpose and channel, and tell the timeline."""
    if not statements:
        return
    ends = _ends_of_chains(workspace, sorted({one.profile_id for one in statements}))
    columns = "workspace_id, profile_id, number, channel, purpose, state, at, source, wording, proof, salt, content, digest"
    with connection.cursor() as cursor, cursor.copy(f"COPY people_consentstatement ({columns}) FROM STDIN") as copy:
        for one in statements:
            number, previous = ends[one.profile_id]
            salt = secrets.token_bytes(16)
            said = {"channel": one.channel, "purpose": one.purpose, "state": one.state, "at": one.at.astimezone(UTC).isoformat()}
            content = content_digest(salt, {**said, "source": one.source, "wording": one.wording, "proof": one.proof})
            digest = link_digest(previous, content)
            ends[one.profile_id] = (number + 1, digest)
            proof = json.dumps(one.proof, ensure_ascii=False)
            row = (workspace.pk, one.profile_id, number + 1, one.channel, one.purpose, one.state, one.at, one.source, one.wording)
            copy.write_row((*row, proof, salt, content, digest))
    _keep_latest(workspace, [Said(one.profile_id, one.channel, one.purpose, one.state, one.at) for one in statements])
    told = [
        NewEvent(
            profile_id=one.profile_id,
            occurred_at=one.at,
            name=EVENT_OF[one.state],
            properties={"channel": one.channel, "purpose": one.purpose, "source": one.source},
            source=one.source,
        )
        for one in statements
    ]
    write(workspace=workspace, events=told, now=now)


def _ends_of_chains(workspace: Workspace, profiles: list[int]) -> dict[int, tuple[int, bytes]]:
    """Return the last number and digest of each chain, holding the profiles so that no one else adds to them."""
    ends: dict[int, tuple[int, bytes]] = defaultdict(lambda: (0, START))
    listed = arrays.numbers(profiles)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_profile WHERE workspace_id = %s AND id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            (workspace.pk, listed),
        )
        cursor.execute(
            """SELECT DISTINCT ON (profile_id) profile_id, number, digest FROM people_consentstatement
               WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) ORDER BY profile_id, number DESC""",
            (workspace.pk, listed),
        )
        for profile, number, digest in cursor.fetchall():
            ends[profile] = (number, bytes(digest))
    return ends


def _keep_latest(workspace: Workspace, said: list[Said]) -> None:
    latest = newest_of(said)
    rows = [latest[key] for key in sorted(latest)]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_consentnow (workspace_id, profile_id, purpose, channel, state, at)
               SELECT %s, n.profile, n.purpose, n.channel, n.state, n.at
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]) AS n (profile, purpose, channel, state, at)
               ON CONFLICT (workspace_id, profile_id, purpose, channel) DO UPDATE SET state = excluded.state, at = excluded.at
               WHERE people_consentnow.at < excluded.at OR (people_consentnow.at = excluded.at AND excluded.state <> %s)""",
            (
                workspace.pk,
                arrays.numbers(one.profile_id for one in rows),
                arrays.texts(one.purpose for one in rows),
                arrays.texts(one.channel for one in rows),
                arrays.texts(one.state for one in rows),
                arrays.moments(one.at for one in rows),
                GRANTED,
            ),
        )


@transaction.atomic
def suppress(*, workspace: Workspace, channel: str, addresses: Collection[str], reason: str, now: datetime) -> int:
    """Put addresses on the list of those not to be used on a channel; return how many are new there for this reason."""
    digests = sorted({digest_of(workspace, channel, address) for address in addresses})
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_suppression (workspace_id, channel, address, reason, at)
               SELECT %s, %s, d, %s, %s FROM unnest(%s::bytea[]) AS d ON CONFLICT DO NOTHING""",
            (workspace.pk, channel, reason, now, digests),
        )
        return int(cursor.rowcount)


@transaction.atomic
def unsuppress(*, workspace: Workspace, channel: str, address: str, reason: str) -> bool:
    """Take an address off the list for one reason; other reasons keep it there."""
    digest = digest_of(workspace, channel, address)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_suppression WHERE workspace_id = %s AND channel = %s AND address = %s AND reason = %s",
            (workspace.pk, channel, digest, reason),
        )
        return bool(cursor.rowcount)


@transaction.atomic
def pause(*, workspace: Workspace, profile_id: int, because: str, since: datetime, until: datetime | None = None) -> Pause:
    """Keep promotion silent for a person: snoozed until a moment, or for a complaint until `lift`."""
    made = Pause(workspace=workspace, profile_id=profile_id, because=because, since=since, until=until)
    made.save()
    return made


@transaction.atomic
def lift(*, workspace: Workspace, profile_id: int, because: str, now: datetime) -> int:
    """End the person's pauses of this kind on all their profiles; return how many ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE people_pause SET lifted_at = %s
               WHERE workspace_id = %s AND because = %s AND lifted_at IS NULL AND profile_id IN (
                   SELECT o.id FROM people_profile p JOIN people_profile o ON o.workspace_id = p.workspace_id AND o.person = p.person
                   WHERE p.workspace_id = %s AND p.id = %s)""",
            (now, workspace.pk, because, workspace.pk, profile_id),
        )
        return int(cursor.rowcount)


@transaction.atomic
def save_purpose(*, workspace: Workspace, name: str, title: str = "", about: str = "", basis: str = "consent") -> Purpose:
    """Make a purpose or change what is said about it."""
    made, _ = Purpose.within(workspace).update_or_create(
        workspace=workspace, name=name, defaults={"title": title or name, "about": about, "basis": basis}
    )
    return made
