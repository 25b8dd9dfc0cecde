"""The functions of compiled rules on Spark: each is DuckDB's, run on a batch of rows, so that both engines mean the same.

Whoever runs them needs Duologue, DuckDB, Arrow and pandas on every machine of the cluster; only `strategize.segments.spark` loads this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa
from pyspark.sql.functions import pandas_udf

from duologue.strategize.segments import engine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from duologue.strategize.segments.engine import Function

TEXT, TRUTH = ("string", "VARCHAR"), ("boolean", "BOOLEAN")
FUNCTIONS: Final = {  # how many arguments, and what it gives in Spark's words and in DuckDB's
    "path_text": (2, TEXT),
    "path_json": (2, TEXT),
    "path_among": (3, TRUTH),
    "path_says": (3, TRUTH),
    "as_number": (1, ("double", "DOUBLE")),
    "as_moment": (1, ("timestamp", "TIMESTAMP")),
    "as_amount": (1, ("decimal(18,4)", "DECIMAL(18, 4)")),
    "in_units": (2, ("bigint", "BIGINT")),
}
IN_SQL: Final = (  # what Spark does itself: the clock and the calendar are those of the same time zones
    "local_time(micros BIGINT, zone STRING) RETURNS TIMESTAMP RETURN from_utc_timestamp(timestamp_micros(micros), zone)",
    "month_of(moment TIMESTAMP) RETURNS STRING RETURN date_format(moment, 'yyyy-MM')",
    "months_later(moment TIMESTAMP, months INT) RETURNS TIMESTAMP RETURN moment + make_ym_interval(0, months)",
)
SPARKS: Final = {"BIGINT": "bigint", "VARCHAR": "string"}
PATH: Final = 1  # the argument that is the same in every row, as rules are compiled; DuckDB wants to know it beforehand


def teach(spark: SparkSession) -> None:
    """Let this session know every function that compiled rules use."""
    for name, (arity, (given, kind)) in FUNCTIONS.items():
        spark.udf.register(name, pandas_udf(_function(name, arity, kind), given))
    for one in IN_SQL:
        spark.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {one}")


def teach_one(spark: SparkSession, name: str, function: Function) -> None:
    """Let this session know a function that is written in Python; it is asked once about each row, and never about others."""
    given = SPARKS[function.kind]

    def one(first: pd.Series) -> pd.Series:
        return pd.Series([function.run(text) for text in first], dtype=object)

    def two(first: pd.Series, second: pd.Series) -> pd.Series:
        return pd.Series([function.run(*texts) for texts in zip(first, second, strict=True)], dtype=object)

    spark.udf.register(name, pandas_udf((one, two)[function.arity - 1], given).asNondeterministic())


def _function(name: str, arity: int, kind: str) -> Any:
    def one(first: pd.Series) -> pd.Series:
        return run(name, kind, first)

    def two(first: pd.Series, second: pd.Series) -> pd.Series:
        return run(name, kind, first, second)

    def three(first: pd.Series, second: pd.Series, third: pd.Series) -> pd.Series:
        return run(name, kind, first, second, third)

    return (one, two, three)[arity - 1]


def run(name: str, kind: str, *columns: Any) -> Any:
    """Run one of the functions on columns of equal length; return a column of its values."""
    if columns[0].empty:
        return pd.Series([], dtype=object)
    given = pa.table({f"a{at}": pa.array(list(column), pa.string(), from_pandas=True) for at, column in enumerate(columns)})
    arguments = [f"a{at}" for at in range(len(columns))]
    if len(columns) > PATH:
        arguments[PATH] = "'" + str(columns[PATH].iloc[0]).replace("'", "''") + "'"
    duck = engine.new_connection()
    try:
        duck.register("given", given)
        found = duck.sql(f"SELECT CAST({name}({', '.join(arguments)}) AS {kind}) AS it FROM given").fetchall()
    finally:
        duck.close()
    return pd.Series([row[0] for row in found], dtype=object)
