from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from duologue.people.profiles.actions import NewFact, add, learn
from duologue.platform.workspaces.actions import create_workspace

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db

FACT = """INSERT INTO people_fact (workspace_id, profile_id, key, value, source, at, purposes)
          SELECT %s, unnest(%s::bigint[]), 'city', '"Oslo"', 'form', '2026-01-05', '{}'"""


def run(statement, values=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


@pytest.fixture
def ann(workspace):
    [profile] = add(workspace=workspace, seen_at=[NOW])
    return profile


def test_rows_that_lead_to_nobody_are_refused_and_the_statement_with_them(workspace, ann):
    with pytest.raises(IntegrityError, match="there is no 987654321 in this row's workspace"):
        run(FACT, (workspace.pk, [ann, 987654321]))
    assert run(FACT, (workspace.pk, [ann])) == 1


def test_a_row_never_leads_into_another_workspace(workspace, ann):
    other = create_workspace(name="other")
    with pytest.raises(IntegrityError, match="people_fact"):
        run(FACT, (other.pk, [ann]))


def test_of_many_neighbours_the_one_who_is_not_there_is_found_and_so_is_the_one_of_another_workspace(workspace):
    people = add(workspace=workspace, seen_at=[NOW] * 200)
    [stranger] = add(workspace=create_workspace(name="other"), seen_at=[NOW])
    more = add(workspace=workspace, seen_at=[NOW] * 200)
    assert run(FACT, (workspace.pk, people)) == 200
    with pytest.raises(IntegrityError, match=f"there is no {stranger} in this row's workspace"):
        run(FACT, (workspace.pk, [*more[:100], stranger, *more[100:]]))
    gone = more.pop(50)
    run("DELETE FROM people_profile WHERE id = %s", (gone,))
    with pytest.raises(IntegrityError, match=f"there is no {gone} in this row's workspace"):
        run(FACT, (workspace.pk, [*more, gone]))
    assert run(FACT, (workspace.pk, more)) == 199


def test_an_event_belongs_to_someone(workspace):
    with pytest.raises(IntegrityError, match="people_event"):
        run(
            """INSERT INTO people_event (workspace_id, profile_id, occurred_at, received_at, name, properties, source, write_id)
               VALUES (%s, 987654321, '2026-01-05', '2026-01-05', 'Seen', '{}', 'x', 1)""",
            (workspace.pk,),
        )


def test_a_link_leads_somewhere_when_it_is_changed_and_its_target_stays_as_long_as_it_is_needed(workspace, ann):
    [ben] = add(workspace=workspace, seen_at=[NOW])
    [stranger] = add(workspace=create_workspace(name="other"), seen_at=[NOW])
    learn(workspace=workspace, facts=[NewFact(ann, "city", "Oslo", "form", NOW)], now=NOW)
    for nobody in (stranger, 987654321):
        with pytest.raises(IntegrityError, match="there is no"):
            run("UPDATE people_fact SET profile_id = %s WHERE profile_id = %s", (nobody, ann))
    with pytest.raises(IntegrityError, match="rows of people_"):
        run("DELETE FROM people_profile WHERE id = %s", (ann,))
    assert run("UPDATE people_fact SET profile_id = %s WHERE profile_id = %s AND key = 'city'", (ben, ann)) == 1
    assert run("UPDATE people_fact SET profile_id = %s WHERE profile_id = %s AND key = 'city'", (ann, ben)) == 1
    assert run("DELETE FROM people_profile WHERE id = %s", (ben,)) == 1
