"""Rows of PostgreSQL as Arrow: what stands in a cell arrives as it is, whatever the number of rows."""

import pyarrow as pa
import pytest

from duologue.platform.lake import streams

pytestmark = pytest.mark.django_db

SCHEMA = pa.schema({"number": pa.int64(), "words": pa.string(), "sure": pa.bool_(), "at": pa.timestamp("us")})
ROWS = [
    (1, 'say "hi", you\nthere\r\n', True, 0),
    (2, "", False, 1_767_614_400_000_001),
    (3, None, None, None),
    (-(2**62), "žluť ✓ \\ %s {} '", True, -1),
]


def test_cells_arrive_as_they_are(monkeypatch):
    values = [cell for row in ROWS for cell in row]
    query = "VALUES " + ", ".join(["(%s::bigint, %s::text, %s::boolean, %s::bigint)"] * len(ROWS))
    for lines in (1, 3, 5_000):
        monkeypatch.setattr(streams, "LINES", lines)
        found = streams.fetched(query, values, SCHEMA)
        assert found.schema == SCHEMA
        got = zip(
            *(found.column(name).cast(pa.int64() if name == "at" else SCHEMA.field(name).type).to_pylist() for name in SCHEMA.names),
            strict=True,
        )
        assert sorted(got, key=str) == sorted(ROWS, key=str)


def test_no_rows_are_a_table_without_rows():
    found = streams.fetched("SELECT 1::bigint, 'a', true, 1::bigint WHERE false", (), SCHEMA)
    assert (found.num_rows, found.schema) == (0, SCHEMA)
