"""The marts on Spark: the same project and landing, for those who outgrew one machine."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner

from orchestration.assets.project import PROJECT, ProjectError
from orchestration.landing.spark_sources import spark_source_views

SUCCEEDED = frozenset({"success", "pass", "warn", "no-op"})
# What a cluster's own configuration may say otherwise.
DEFAULTS = {
    "spark.master": "local[*]",
    "spark.app.name": "return-lifecycle",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
LOCAL = {
    # One machine's data: a task for each core would cost more than it shares out.
    "spark.sql.shuffle.partitions": "2",
}


class SparkMissingError(RuntimeError):
    """Spark cannot start here; the message names what to install."""


def build_on_spark(
    *,
    home: Path,
    as_of: datetime,
    variables: Mapping[str, Any] | None = None,
    landing: Path | None = None,
) -> Path:
    """
    Build and test every model on Spark, by default over the landing of `home`.

    Returns the tables' folder in `home`. It holds a folder of Parquet for each table,
    `<layer>.db/<table>`, where Spark's own configuration names no other catalogue. What an earlier
    build left in it is replaced.
    """
    demand_spark()
    folder = home / "spark"
    shutil.rmtree(folder, ignore_errors=True)
    with _session(folder) as session:
        for statement in spark_source_views(landing or home / "landing"):
            session.sql(statement)
        _build({"as_of": as_of.isoformat(), **(variables or {})}, logs=folder / "dbt")
    return folder


def demand_spark() -> None:
    """Refuse where Spark's packages or Java are missing."""
    missing = [name for name in ("pyspark", "dbt.adapters.spark") if find_spec(name) is None]
    if missing:
        raise SparkMissingError(f"{' and '.join(missing)} is not installed: run `make spark`")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        raise SparkMissingError(
            "Spark needs Java 17 or newer, and there is no `java` "
            + (f"in JAVA_HOME ({home})" if home else "on the path")
            + ": install a Java runtime, for example `apt-get install openjdk-17-jre-headless`"
        )


@contextmanager
def _session(folder: Path) -> Iterator[Any]:
    """The one session of this process: dbt's adapter takes whichever there is."""
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    # Only a started Java reads spark-defaults.conf, which goes before these defaults.
    SparkContext._ensure_initialized()  # noqa: SLF001
    configuration = SparkConf()
    for name, value in {**DEFAULTS, "spark.sql.warehouse.dir": str(folder.resolve())}.items():
        configuration.setIfMissing(name, value)
    if configuration.get("spark.master", "").startswith("local"):
        for name, value in LOCAL.items():
            configuration.setIfMissing(name, value)
    session = SparkSession.builder.config(conf=configuration).getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def _build(variables: Mapping[str, Any], *, logs: Path) -> None:
    outcome = dbtRunner().invoke(
        [
            *("build", "--target", "spark", "--vars", json.dumps(variables)),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(logs), "--log-path", str(logs), "--no-write-json"),
            *("--log-level", "none", "--log-level-file", "error", "--no-use-colors"),
            *("--exclude-resource-type", "unit_test"),
        ]
    )
    if outcome.exception is not None:
        raise ProjectError(str(outcome.exception)) from outcome.exception
    nodes = outcome.result.results if isinstance(outcome.result, RunExecutionResult) else []
    failed = [
        f"{node.node.name}: {node.message}" for node in nodes if str(node.status) not in SUCCEEDED
    ]
    if failed or not nodes:
        raise ProjectError("\n".join(failed) or f"dbt ended without a result: look into {logs}")
