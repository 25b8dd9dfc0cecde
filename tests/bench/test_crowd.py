import pytest
from django.db import connection

from bench.crowd import crowd, without_indexes
from duologue.people.models import Profile
from duologue.people.profiles.rules import shard_of


@pytest.mark.django_db(transaction=True)
def test_a_crowd_falls_into_the_shards_that_the_product_gives(workspace):
    crowd_of = 300
    crowd(workspace, crowd_of, bare=True)
    found = dict(Profile.within(workspace).values_list("id", "shard"))
    assert len(found) == crowd_of
    assert found == {number: shard_of(number) for number in found}


@pytest.mark.django_db
def test_a_table_has_its_indexes_again_after_it_was_filled():
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'engage_run' ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    before = indexes()
    with connection.cursor() as cursor, without_indexes(cursor, "engage_run"):
        assert len(indexes()) < len(before)
    assert indexes() == before
