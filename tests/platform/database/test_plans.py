"""What is asked often is planned once, and stays so."""

import pytest
from django.db import connection, transaction

from duologue.cli.worker.clock import in_one_stride

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT %% AS often'"


def ask(cursor, often):
    cursor.execute(f"SELECT {often} AS often")


@pytest.mark.django_db
def test_a_connection_keeps_the_plan_of_what_it_is_often_asked_among_many_other_things():
    with connection.cursor() as cursor:
        for _ in range(6):
            ask(cursor, 1)
            for _ in range(150):
                with transaction.atomic():  # each a savepoint with a name of its own
                    pass
        cursor.execute(PREPARED)
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_in_virtual_time_nothing_waits_for_the_disk_or_is_planned_anew_and_afterwards_all_is_as_before():
    def settings():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('plan_cache_mode')")
            return cursor.fetchone()

    before = settings()
    with in_one_stride():
        assert settings() == ("off", "force_generic_plan")
    assert settings() == before
