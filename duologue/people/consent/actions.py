"""Stating consent, suppressing addresses, pausing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.people.consent import apart
from duologue.people.consent.ages import UNTIL
from duologue.people.consent.chains import KEPT, STATEMENTS, Ends, FirstSaid, NewStatement, chained, kept_rows, no_ends, said, told_of
from duologue.people.consent.models import Pause, Purpose, Topic, Wish
from duologue.people.consent.queries import digest_of
from duologue.people.consent.rules import GRANTED, Said, newest_of
from duologue.people.timeline.actions import append, write
from duologue.platform.database import arrays, rows
from duologue.platform.database.blocks import as_block

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

__all__ = ["NewStatement", "lift", "pause", "save_purpose", "save_topic", "state", "state_first", "suppress", "unsuppress", "wish"]


@transaction.atomic(savepoint=False)
def state(*, workspace: Workspace, statements: Sequence[NewStatement], now: datetime, made: Collection[int] = ()) -> None:
    """Write statements onto their profiles' chains, keep the latest per purpose and channel, and tell the timeline.

    A yes of a form that says it is from a child takes no other yes's place: it may be sent by anybody.

    `made` are profiles that this transaction itself made: nothing is held about them yet.
    """
    if not statements:
        return
    _add_to_chains(workspace, statements, made)
    latest = newest_of([said(one) for one in statements])
    young = {(one.profile_id, one.purpose, one.channel) for one in statements if UNTIL in one.proof}
    _keep_latest(workspace, [one for key, one in sorted(latest.items()) if key[0] not in made], young)
    _copy(workspace, KEPT, as_block(kept_rows([one for key, one in sorted(latest.items()) if key[0] in made])))
    write(workspace=workspace, events=[told_of(one) for one in statements], now=now)


@transaction.atomic(savepoint=False)
def state_first(*, workspace: Workspace, first: FirstSaid, now: datetime) -> None:
    """Do as `state` does with what profiles say that this transaction itself made."""
    _copy(workspace, STATEMENTS, first.statements)
    _copy(workspace, KEPT, first.kept)
    append(workspace=workspace, block=first.told, now=now)


def _copy(workspace: Workspace, target: str, block: bytes) -> None:
    with connection.cursor() as cursor:
        rows.copy_block(cursor, target, block, first=(str(workspace.pk),))


def _add_to_chains(workspace: Workspace, statements: Sequence[NewStatement], made: Collection[int]) -> None:
    ends = _ends_of_chains(workspace, sorted({one.profile_id for one in statements if one.profile_id not in made}))
    _copy(workspace, STATEMENTS, as_block(list(chained(statements, ends))))


def _ends_of_chains(workspace: Workspace, profiles: list[int]) -> Ends:
    """Return the last number and digest of each chain, holding the profiles so that no one else adds to them."""
    ends = no_ends()
    if not profiles:
        return ends
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


def _keep_latest(workspace: Workspace, said: list[Said], young: Collection[tuple[int, str, str]]) -> None:
    if not said:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_consentnow (workspace_id, profile_id, purpose, channel, state, at, heard_at)
               SELECT %s, n.profile, n.purpose, n.channel, n.state, n.at, n.heard_at
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
                    AS n (profile, purpose, channel, state, at, heard_at)
               ON CONFLICT (workspace_id, profile_id, purpose, channel) DO UPDATE
               SET state = excluded.state, at = excluded.at, heard_at = excluded.heard_at
               WHERE (people_consentnow.at < excluded.at OR (people_consentnow.at = excluded.at AND excluded.state <> %s))
                     AND NOT (people_consentnow.state = %s AND excluded.state = %s
                              AND (excluded.profile_id, excluded.purpose, excluded.channel) IN
                                  (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])))""",
            (
                workspace.pk,
                arrays.numbers(one.profile_id for one in said),
                arrays.texts(one.purpose for one in said),
                arrays.texts(one.channel for one in said),
                arrays.texts(one.state for one in said),
                arrays.moments(one.at for one in said),
                arrays.moments(one.heard_at for one in said),
                *(GRANTED,) * 3,
                arrays.numbers(profile for profile, _, _ in young),
                arrays.texts(purpose for _, purpose, _ in young),
                arrays.texts(channel for _, _, channel in young),
            ),
        )


@transaction.atomic
def suppress(*, workspace: Workspace, channel: str, addresses: Collection[str], reason: str, now: datetime) -> int:
    """Put addresses on the list of those not to be used on a channel; return how many are new there for this reason.

    Of addresses that were erased the list keeps the latest moment, by which whoever had one until then is told from who has it since.
    """
    digests = sorted({digest_of(workspace, channel, address) for address in addresses})
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_suppression (workspace_id, channel, address, reason, at)
               SELECT %s, %s, d, %s, %s FROM unnest(%s::bytea[]) AS d
               ON CONFLICT (workspace_id, channel, address, reason) DO UPDATE SET at = excluded.at
               WHERE people_suppression.reason = 'erased' AND people_suppression.at < excluded.at RETURNING address""",
            (workspace.pk, channel, reason, now, digests),
        )
        new = [bytes(row[0]) for row in cursor.fetchall()]
    apart.note_when_kept(workspace, channel, reason, new, now)
    return len(new)


@transaction.atomic
def unsuppress(*, workspace: Workspace, channel: str, address: str, reason: str) -> bool:
    """Take an address off the list for one reason; other reasons keep it there."""
    digest = digest_of(workspace, channel, address)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_suppression WHERE workspace_id = %s AND channel = %s AND address = %s AND reason = %s",
            (workspace.pk, channel, digest, reason),
        )
        lifted = bool(cursor.rowcount)
    if lifted:
        apart.note_lifted_when_kept(workspace, channel, reason, digest)
    return lifted


@transaction.atomic
def wish(*, workspace: Workspace, profile_id: int, profiles: Sequence[int], pace_days: int, hours: str, now: datetime) -> None:
    """Keep how a person wants to hear from the brand, said on one of their profiles, in place of what any of these said before.

    0 and "" mean that they do not mind.
    """
    Wish.within(workspace).filter(profile__in=profiles).delete()
    if pace_days or hours:
        Wish(workspace=workspace, profile_id=profile_id, pace_days=pace_days or None, hours=hours, at=now).save(force_insert=True)


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
def save_purpose(
    *, workspace: Workspace, name: str, title: str = "", about: str = "", basis: str = "consent", shows: bool = False
) -> Purpose:
    """Make a purpose or change what is said about it."""
    made, _ = Purpose.within(workspace).update_or_create(
        workspace=workspace, name=name, defaults={"title": title or name, "about": about, "basis": basis, "shows": shows}
    )
    return made


@transaction.atomic
def save_topic(*, workspace: Workspace, name: str, title: str = "", about: str = "") -> Topic:
    """Make a topic or change what is said about it."""
    made, _ = Topic.within(workspace).update_or_create(workspace=workspace, name=name, defaults={"title": title or name, "about": about})
    return made
