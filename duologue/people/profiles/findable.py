"""The words by which profiles are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from duologue.people.profiles.blocks import words_as_block
from duologue.people.profiles.rules import NAME_FACTS, words_of
from duologue.platform.database import arrays, rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from duologue.platform.workspaces.models import Workspace


@transaction.atomic
def make_findable(*, workspace: Workspace, texts: Iterable[tuple[int, str]], made: Collection[int] = ()) -> None:
    """Add the words of texts by which profiles are found; an address also as a whole.

    `made` are profiles that this transaction itself made: they have no words yet.
    """
    find_by(workspace=workspace, pairs={(profile, word) for profile, text in texts for word in words_of(text)}, made=made)


@transaction.atomic(savepoint=False)
def find_by(*, workspace: Workspace, pairs: Collection[tuple[int, str]], made: Collection[int] = ()) -> None:
    """Add words, as `words_of` gives them, each once for each profile."""
    fresh = [pair for pair in pairs if pair[0] in made]
    find_block(workspace=workspace, block=words_as_block(fresh))
    with connection.cursor() as cursor:
        if len(fresh) < len(pairs):
            ordered = sorted((word, profile) for profile, word in pairs if profile not in made)
            cursor.execute(
                """INSERT INTO people_searchword (workspace_id, word, profile_id)
                   SELECT %s, w.word, w.profile FROM unnest(%s::bigint[], %s::text[]) AS w (profile, word) ON CONFLICT DO NOTHING""",
                (workspace.pk, arrays.numbers(profile for _, profile in ordered), arrays.texts(word for word, _ in ordered)),
            )


@transaction.atomic(savepoint=False)
def find_block(*, workspace: Workspace, block: bytes) -> None:
    """Add what `words_as_block` made of profiles that this transaction itself made."""
    with connection.cursor() as cursor:
        rows.copy_block(cursor, "people_searchword (workspace_id, word, profile_id)", block, first=(str(workspace.pk),))


@transaction.atomic(savepoint=False)
def find_anew(*, workspace: Workspace, profiles: Collection[int]) -> None:
    """Make the words of these profiles anew from what is known now: those of a name that was forgotten or put right go."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_searchword WHERE workspace_id = %s AND profile_id = ANY(%s)", (workspace.pk, list(profiles)))
        cursor.execute(
            """SELECT profile_id, value #>> '{}' FROM people_fact WHERE workspace_id = %s AND profile_id = ANY(%s) AND key = ANY(%s)
                      AND jsonb_typeof(value) = 'string'
               UNION ALL SELECT profile_id, shown FROM people_identifier WHERE workspace_id = %s AND profile_id = ANY(%s)
                      AND kind <> 'device'""",
            (workspace.pk, list(profiles), list(NAME_FACTS), workspace.pk, list(profiles)),
        )
        texts = cursor.fetchall()
    make_findable(workspace=workspace, texts=texts)
