import pytest
from django.db import DataError, connection

from duologue.platform.database.copying import copy_out

pytestmark = pytest.mark.django_db


def asked(query, *values):
    rows = []
    copy_out(query, values, lambda row: rows.append(bytes(row)))
    return b"".join(rows).decode()


def test_rows_come_as_they_are_however_many():
    assert (
        asked("COPY (SELECT n, %s::text FROM generate_series(1, %s) n) TO STDOUT (FORMAT csv)", "a, 'b'", 2)
        == "1,\"a, 'b'\"\n2,\"a, 'b'\"\n"
    )
    assert asked("COPY (SELECT 1 WHERE false) TO STDOUT") == ""
    many = asked("COPY (SELECT repeat('x', 100) FROM generate_series(1, 200000)) TO STDOUT")
    assert many == ("x" * 100 + "\n") * 200_000
    with connection.cursor() as cursor:
        cursor.execute("SELECT 7")
        assert cursor.fetchone() == (7,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "query", ["COPY (SELECT 1 / %s) TO STDOUT", "COPY (SELECT 1 / (n - %s) FROM generate_series(0, 100000) n) TO STDOUT"]
)
def test_what_the_database_refuses_is_said_whether_rows_have_come_or_not(query):
    with pytest.raises(DataError, match="division by zero"):
        asked(query, 0 if "series" not in query else 90_000)
    assert asked("COPY (SELECT 1) TO STDOUT") == "1\n"


@pytest.mark.django_db(transaction=True)
def test_who_cannot_take_a_row_leaves_a_connection_that_is_made_anew():
    with pytest.raises(ZeroDivisionError):
        copy_out("COPY (SELECT n FROM generate_series(1, 100000) n) TO STDOUT", (), lambda _row: 1 / 0)
    connection.close()
    assert asked("COPY (SELECT 1) TO STDOUT") == "1\n"
