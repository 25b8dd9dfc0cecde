"""What a run leads to is there, in its workspace: all its links are proved by one trigger, once for each statement."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from duologue.people.profiles.actions import add
from duologue.platform.workspaces.actions import create_workspace
from duologue.strategize.models import DialogueVersion

pytestmark = pytest.mark.django_db(transaction=True)

RUNS = """INSERT INTO engage_run (workspace_id, dialogue_id, version_id, person, profile_id, shard, occasion, turn, seq, arrived_at,
              phase, under_way, ended_reason, started_at, data, heard)
          SELECT %s, %s, %s, p, p, 0, '', 'once', 1, '2026-01-05', 'held', true, '', '2026-01-05', '{}', '{}'
          FROM unnest(%s::bigint[]) p"""
TEA = "dialogue: tea\npurpose: promotions\nstarts: {by_hand: true}\nturns:\n  once: {wait: 2d, then: end}\n"
NOBODY = 987654321


def insert(*values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RUNS, values)
        return cursor.rowcount


def test_each_of_several_links_is_proved(shop):
    people = shop.add_people(2)
    [stranger] = add(workspace=create_workspace(name="other"), seen_at=[datetime(2026, 1, 5, 12, tzinfo=UTC)])
    tea = shop.dialogue(TEA).pk
    version = DialogueVersion.within(shop.workspace).get(dialogue=tea).pk
    for missing, dialogue, of, whose in (
        (NOBODY, NOBODY, version, people),
        (NOBODY, tea, NOBODY, people),
        (stranger, tea, version, [*people, stranger]),
        (stranger, tea, version, [stranger]),
    ):
        with pytest.raises(IntegrityError, match=f"engage_run: there is no {missing} in this row's workspace"):
            insert(shop.workspace.pk, dialogue, of, whose)
    assert insert(shop.workspace.pk, tea, version, people) == 2
