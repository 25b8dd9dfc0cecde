"""A real cluster of Spark on this machine, for the long tests."""

import logging
from contextlib import contextmanager
from pathlib import Path

import pytest

from duologue.strategize.segments import spark


@contextmanager
def cluster(home: Path):
    """Give the address of a cluster of two executors, each a process of its own; `home` is a folder where its workers may write."""
    import pyspark  # only where the long tests are run

    logging.getLogger("py4j").setLevel(logging.WARNING)  # it would tell of its end after the logs are closed
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    (home / "conf").mkdir()
    (home / "conf" / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield "local-cluster[2,1,1024]"
    while spark._kept:
        spark._kept.pop().stop()


def assert_two_executors():
    """Fail unless the last count was done by two executors."""
    workers = spark._kept[0].sparkContext._jsc.sc().getExecutorMemoryStatus().size()
    assert workers == 3, "two executors and the driver"
