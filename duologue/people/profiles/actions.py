"""Making profiles, learning facts, merging persons and undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from duologue.kit.pipeline import Refused
from duologue.people.profiles.blocks import SEEN_AGAIN, Learned, profile_row, values_of
from duologue.people.profiles.findable import find_anew, find_block, find_by, make_findable
from duologue.people.profiles.forgetting import forget_unwanted
from duologue.people.profiles.learning import NewFact, keep, learn, newest_of, objections, store_block
from duologue.people.profiles.models import Merge, Profile
from duologue.people.profiles.rules import NAME_FACTS, shard_of
from duologue.platform.database import arrays, rows
from duologue.platform.database.blocks import as_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

__all__ = [
    "NAME_FACTS", "Learned", "NewFact", "add", "add_block", "find_anew", "find_block", "find_by", "forget_unwanted", "keep", "learn",
    "make_findable", "merge", "newest_of", "numbers", "objections", "saw", "store_block", "unite", "unmerge", "values_of",
]  # fmt: skip


JOINED: Final = "merge"


@transaction.atomic(savepoint=False)
def add(*, workspace: Workspace, seen_at: Sequence[datetime], known: Sequence[Mapping[str, Any]] = ()) -> list[int]:
    """Make one profile, and with it one person, for each moment; return their ids in the same order.

    `known` are the facts of each, about to be learned: name, country, locale and time zone are set from them here.
    """
    if not seen_at:
        return []
    facts = known or [{}] * len(seen_at)
    ids = numbers(len(seen_at))
    made = [profile_row(profile, at, at, said) for profile, at, said in zip(ids, seen_at, facts, strict=True)]
    add_block(workspace=workspace, block=as_block(made))
    return ids


def numbers(count: int) -> list[int]:
    """Return ids that no profile has or will be given; those that are not used are lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_profile_id_seq') FROM generate_series(1, %s)", (count,))
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic(savepoint=False)
def add_block(*, workspace: Workspace, block: bytes) -> None:
    """Make the profiles of `profile_row`."""
    columns = "workspace_id, id, person, shard, created_at, seen_at, locale, timezone, country, name"
    with connection.cursor() as cursor:
        rows.copy_block(cursor, f"people_profile ({columns})", block, first=(str(workspace.pk),))


@transaction.atomic(savepoint=False)
def saw(*, workspace: Workspace, seen: Mapping[int, datetime]) -> None:
    """Note when profiles were last seen, where that is at least an hour later than what is noted."""
    if not seen:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE people_profile p SET seen_at = s.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS s (id, at)
               WHERE p.workspace_id = %s AND p.id = s.id AND p.seen_at < s.at - %s::interval""",
            (arrays.numbers(seen), arrays.moments(seen.values()), workspace.pk, str(SEEN_AGAIN)),
        )


@transaction.atomic
def merge(*, workspace: Workspace, keep: int, lose: int, because: str, now: datetime) -> Merge:
    """Make two persons one: the profiles of `lose` now belong to `keep`. No other row changes, and `unmerge` undoes it.

    What either of them objected to is forgotten of both. Raises Refused when the two are the same or either has no profiles.
    """
    if keep == lose:
        raise Refused("same person", f"Person {keep} cannot be merged with itself.")
    both = Profile.within(workspace).filter(person__in=[keep, lose])
    profiles = list(both.order_by("id").select_for_update().values_list("id", "person"))
    given = [profile for profile, person in profiles if person == lose]
    for person in (keep, lose):
        if not any(owner == person for _, owner in profiles):
            raise Refused("no such person", f"There is no person {person}; perhaps they were merged before. Look them up again.")
    Profile.within(workspace).filter(id__in=given).update(person=keep, shard=shard_of(keep))
    done = Merge(workspace=workspace, kept=keep, lost=lose, profiles=given, because=because[:200], at=now)
    done.save()
    forget_unwanted(workspace=workspace, persons=[keep], source=JOINED, now=now)
    return done


@transaction.atomic(savepoint=False)
def unite(*, workspace: Workspace, pairs: Sequence[tuple[int, int, str]], now: datetime) -> None:
    """Merge many persons at once: each (keep, lose, because), no person kept in one pair and lost in another."""
    if not pairs:
        return
    keeps, loses = [keep for keep, _, _ in pairs], [lose for _, lose, _ in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_merge (workspace_id, kept, lost, profiles, because, at)
               SELECT p.workspace_id, m.keep, m.lose, array_agg(p.id ORDER BY p.id), m.because, %s
               FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS m (keep, lose, because)
               JOIN people_profile p ON p.workspace_id = %s AND p.person = m.lose
               GROUP BY p.workspace_id, m.keep, m.lose, m.because""",
            (now, keeps, loses, [because[:200] for _, _, because in pairs], workspace.pk),
        )
        cursor.execute(
            """UPDATE people_profile p SET person = m.keep, shard = m.shard
               FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS m (keep, lose, shard)
               WHERE p.workspace_id = %s AND p.person = m.lose""",
            (keeps, loses, [shard_of(keep) for keep in keeps], workspace.pk),
        )
    forget_unwanted(workspace=workspace, persons=keeps, source=JOINED, now=now)


@transaction.atomic
def unmerge(*, workspace: Workspace, merge: int, now: datetime) -> Merge:
    """Undo a merge: its profiles belong to the lost person again.

    Raises Refused when it was undone before, or when a later merge moved the same profiles: undo that one first.
    """
    done = Merge.within(workspace).select_for_update().filter(id=merge, undone_at=None).first()
    if done is None:
        raise Refused("no such merge", f"There is no merge {merge} to undo; perhaps it was undone before.")
    owners = set(Profile.within(workspace).filter(id__in=done.profiles).select_for_update().values_list("person", flat=True))
    if owners != {done.kept}:
        raise Refused("merged again since", f"Person {done.kept} was merged again later; undo the later merge first.")
    Profile.within(workspace).filter(id__in=done.profiles).update(person=done.lost, shard=shard_of(done.lost))
    done.undone_at = now
    done.save(update_fields=["undone_at"])
    return done
