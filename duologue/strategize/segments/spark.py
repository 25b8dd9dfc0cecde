"""Counts over all people on Spark: the same rule or question, over the files of the same snapshot of the lake."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from duologue.platform.lake import queries as lake
from duologue.strategize.segments import fetch
from duologue.strategize.segments.compiled import spark_sql
from duologue.strategize.segments.past import STILL_HERE, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from duologue.platform.lake.streams import Scratch
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.asking import Question
    from duologue.strategize.segments.compiled import Compiled

ROWS: Final = "profile_id BIGINT, id BIGINT, occurred_at TIMESTAMP, name STRING, properties STRING, delivery_id BIGINT"  # of the lake
BESIDE: Final = ("people", "moved", "facts", "consents", "members")


class NoSpark(Exception):
    """ENGINE_URL asks for Spark, and it is not installed."""


class FilesGone(Exception):
    """Files of the lake were written anew while Spark read them; the newer ones are to be read."""


def decide(scratch: Scratch, workspace: Workspace, held: lake.Snapshot, rule: Compiled, now: datetime) -> None:
    """Make told(person, member, recheck_at) before the scratch's DuckDB, of those who are in or will be looked at again.

    Everybody's, where people of whom nothing is known are in. The rows beside the lake go to Spark as files of the scratch.
    """
    spark = _session()
    names, _, since = fetch.reach([rule], now)
    _show(spark, scratch, held, Wanted(names, rule.properties, since), BESIDE)
    spark.sql(
        """SELECT coalesce(m.person, e.profile) AS person, e.id, timestamp_micros(e.micros) AS occurred_at, e.name, e.properties
           FROM past e LEFT JOIN moved m ON m.id = e.profile"""
    ).createOrReplaceTempView("events")
    verdicts = _arrow(workspace, held, lambda: spark.sql(spark_sql(rule.id, f"'{now:%Y-%m-%d %H:%M:%S.%f}'")))
    scratch.duck.register("from_spark", verdicts)
    scratch.duck.execute("CREATE OR REPLACE TABLE told AS SELECT person, member, recheck_at::TIMESTAMP AS recheck_at FROM from_spark")
    scratch.duck.unregister("from_spark")


def answers(scratch: Scratch, workspace: Workspace, held: lake.Snapshot, question: Question) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows that each statement of a question gives, once what it looks at stands before the scratch's DuckDB."""
    spark = _session().newSession()  # with tables and functions of its own, beside other questions
    from duologue.strategize.segments.compile.spark import teach, teach_one  # noqa: PLC0415 - as below

    teach(spark)
    for name, function in question.functions.items():
        teach_one(spark, name, function)
    _show(spark, scratch, held, question.wanted, question.beside)
    kept = []
    try:
        for name, statement in question.kept.items():
            kept.append(spark.sql(question.written(statement, quoted)).persist())
            kept[-1].createOrReplaceTempView(name)
        found = {}
        for name, statement in question.asked.items():
            rows = _arrow(workspace, held, partial(spark.sql, question.written(statement, quoted)))
            found[name] = list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
        return found
    finally:
        for one in kept:
            one.unpersist()


def quoted(word: str) -> str:
    """Return a text as Spark's SQL writes it."""
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _show(spark: SparkSession, scratch: Scratch, held: lake.Snapshot, wanted: Wanted, beside: Iterable[str]) -> None:
    """Let Spark see, under the same names, what stands beside the lake before DuckDB, and all events as `past`."""
    for name in (*beside, "tail", "erased"):
        path = scratch.folder / f"spark-{name}.parquet"
        scratch.duck.execute(f"COPY (SELECT * FROM {name}) TO '{path}' (FORMAT parquet)")
        spark.read.parquet(str(path)).createOrReplaceTempView(name)
    in_lake = spark.createDataFrame([], ROWS) if not held.files else spark.read.schema(ROWS).parquet(*held.files)
    in_lake.createOrReplaceTempView("in_lake")
    spark.sql(
        f"""SELECT profile, id, micros, name, properties, delivery FROM tail UNION ALL
            SELECT profile_id, id, unix_micros(occurred_at), name, properties, delivery_id FROM in_lake
            WHERE name IN ({", ".join(map(quoted, wanted.names)) or "NULL"})
                  AND occurred_at > TIMESTAMP '{wanted.since:%Y-%m-%d %H:%M:%S.%f}' AND {STILL_HERE}"""
    ).createOrReplaceTempView("past")


def _arrow(workspace: Workspace, held: lake.Snapshot, ask: Callable[[], DataFrame]) -> pa.Table:
    try:
        return ask().toArrow()
    except Exception as failed:
        if held.files and lake.snapshot(workspace).files != held.files:
            raise FilesGone from failed
        raise


_kept: list[Any] = []


def _session() -> SparkSession:
    """Return this process's session, begun once."""
    if not _kept:
        try:
            from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra, and heavy

            from duologue.strategize.segments.compile.spark import teach  # noqa: PLC0415
        except ImportError as missing:
            raise NoSpark(f"ENGINE_URL asks for Spark, and {missing.name} is not installed; see docs/how-to/spark.md.") from None
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # what the cluster's machines run
        made = SparkSession.builder.master(settings.ENGINE_URL).appName("duologue")
        for key, value in SETTINGS.items():
            made = made.config(key, value)
        spark = made.getOrCreate()
        teach(spark)
        _kept.append(spark)
    return _kept[0]


SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.ui.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
