"""The full count on Spark: the same rule, compiled for it, over the files of the same snapshot of the lake."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from duologue.platform.lake import queries as lake
from duologue.strategize.segments import fetch
from duologue.strategize.segments.compiled import spark_sql

if TYPE_CHECKING:
    from datetime import datetime

    from pyspark.sql import SparkSession

    from duologue.platform.lake.streams import Scratch
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.segments.compiled import Compiled

ROWS: Final = "profile_id BIGINT, id BIGINT, occurred_at TIMESTAMP, name STRING, properties STRING"  # what is read of the lake
BESIDE: Final = ("people", "moved", "facts", "consents", "members", "tail")


class NoSpark(Exception):
    """ENGINE_URL asks for Spark, and it is not installed."""


class FilesGone(Exception):
    """Files of the lake were written anew while Spark read them; the newer ones are to be read."""


def decide(scratch: Scratch, workspace: Workspace, held: lake.Snapshot, rule: Compiled, now: datetime) -> None:
    """Make verdicts(person, member, recheck_at) before the scratch's DuckDB, of those who are in or will be looked at again.

    Everybody's, where people of whom nothing is known are in. The rows beside the lake go to Spark as files of the scratch.
    """
    spark = _session()
    for name in BESIDE:
        path = scratch.folder / f"spark-{name}.parquet"
        scratch.duck.execute(f"COPY (SELECT * FROM {name}) TO '{path}' (FORMAT parquet)")
        spark.read.parquet(str(path)).createOrReplaceTempView(name)
    names, _, since = fetch.reach([rule], now)
    in_lake = spark.createDataFrame([], ROWS) if not held.files else spark.read.schema(ROWS).parquet(*held.files)
    in_lake.createOrReplaceTempView("in_lake")
    listed = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in names) or "NULL"
    spark.sql(
        f"""SELECT coalesce(m.person, e.profile) AS person, e.id, e.occurred_at, e.name, e.properties
            FROM (SELECT profile, id, timestamp_micros(micros) AS occurred_at, name, properties FROM tail UNION ALL
                  SELECT profile_id, id, occurred_at, name, properties FROM in_lake
                  WHERE name IN ({listed}) AND occurred_at > TIMESTAMP '{since:%Y-%m-%d %H:%M:%S.%f}') e
            LEFT JOIN moved m ON m.id = e.profile"""
    ).createOrReplaceTempView("events")
    found = spark.sql(spark_sql(rule.id, f"'{now:%Y-%m-%d %H:%M:%S.%f}'"))
    try:
        verdicts = found.toArrow()
    except Exception as failed:
        if held.files and lake.snapshot(workspace).files != held.files:
            raise FilesGone from failed
        raise
    scratch.duck.register("from_spark", verdicts)
    scratch.duck.execute("CREATE OR REPLACE TABLE verdicts AS SELECT person, member, recheck_at::TIMESTAMP AS recheck_at FROM from_spark")
    scratch.duck.unregister("from_spark")


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
