import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def of(table, kind):
    statements = {
        "indexes": "SELECT regexp_replace(indexdef, '^.* USING ', '') FROM pg_indexes WHERE tablename = %s",
        "statements": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%%there' AND tgrelid = %s::regclass",
        "keys": "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
    }
    with connection.cursor() as cursor:
        cursor.execute(statements[kind], (table,))
        return sorted(row[0] for row in cursor.fetchall())


def test_a_fact_pays_for_one_index_and_for_no_key_unless_it_says_how_old_someone_is_or_was_put_right():
    ages, put_right, every = of("people_fact", "indexes")
    assert ages.startswith("btree (workspace_id, profile_id) WHERE ((key)::text = ANY ((ARRAY['age'")
    assert put_right == "btree (workspace_id, profile_id) WHERE (wrong IS NOT NULL)"
    assert every == "btree (workspace_id, profile_id, key)"
    assert of("people_fact", "keys") == []
    assert of("people_fact", "statements") == ["people_fact_there"]


def test_what_no_other_index_begins_with_is_still_found_by():
    assert "btree (profile_id)" in of("people_searchword", "indexes")


def test_a_table_without_links_keeps_its_key_to_the_workspace():
    assert [key.partition(" REFERENCES")[0] for key in of("people_profile", "keys")] == ["FOREIGN KEY (workspace_id)"]


def test_one_key_finds_a_row_and_proves_its_workspace():
    assert "btree (id, workspace_id)" in of("engage_run", "indexes")
    assert not [index for index in of("engage_run", "indexes") if index in {"btree (id)", "btree (workspace_id, id)"}]


def test_a_transition_writes_into_five_indexes_and_a_delivery_that_is_planned_into_four():
    assert len(of("engage_run", "indexes")) + len(of("engage_runstep", "indexes")) == 5
    assert len([index for index in of("engage_delivery", "indexes") if "WHERE" not in index or index.endswith("WHERE waits")]) == 4
