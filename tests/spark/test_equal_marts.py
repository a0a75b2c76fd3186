"""Both engines build one landing: every table comes out the same, row by row."""

import os
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.assets.building import build_home
from orchestration.cli.profile import OWN_STATE, sandbox_in_place
from orchestration.cli.whole_run import RECONCILE
from orchestration.pipeline import run_job
from orchestration.sandbox.business import Shape
from orchestration.spark import build_on_spark
from orchestration.volume import land_volume
from tests.spark.comparison import differences, tables

pytestmark = pytest.mark.skipif(
    "RETURNS_SPARK" not in os.environ, reason="Spark is an extra: `make spark` runs these"
)

SCENARIOS = Path(__file__).parents[1] / "scenarios"
LAYERS = ("seeds", "intermediate", "marts")
# After every flow has happened, so that each is in the tables.
AS_OF = datetime(2026, 4, 2, tzinfo=UTC)
SEED = int(os.environ.get("RETURNS_SEED", "1"))
# So many are generated; `make spark` takes 20,000.
RETURNS, BLOCK = int(os.environ.get("RETURNS_SPARK_RETURNS", "500")), 500
# A build lasts about a minute: compilers that pay for themselves in hours would only cost.
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def golden_flows(home):
    """Land every golden flow in a home, and build its warehouse."""
    files = sorted(SCENARIOS.rglob("*.yaml"))
    with (
        sandbox_in_place(home, files, now=datetime.now(UTC), settings=OWN_STATE),
        dg.DagsterInstance.ephemeral() as instance,
    ):
        outcome = run_job(RECONCILE, instance=instance, as_of=AS_OF)
    assert outcome.is_success, outcome.problems


def generated_returns(home):
    """Land a generated business in a home, and build its warehouse."""
    land_volume(
        home / "landing",
        returns=RETURNS,
        seed=SEED,
        clock=AS_OF,
        shape=Shape(),
        block=min(BLOCK, RETURNS),
    )
    assert build_home(home, as_of=AS_OF, variables={}, everything=True).broken == []


@pytest.fixture(scope="module", params=[golden_flows, generated_returns])
def home(request, tmp_path_factory):
    """A home with a landing, and the tables that DuckDB made of it."""
    home = tmp_path_factory.mktemp("home")
    request.param(home)
    return home


@pytest.fixture(scope="module")
def spark(home):
    """The folder of the tables that Spark made of the same landing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        return build_on_spark(home=home, as_of=AS_OF)


def test_every_table_of_both_engines_holds_the_same_rows(home, spark):
    compared = tables(home / "warehouse.duckdb", LAYERS)
    found = [said for table in compared for said in differences(home, spark, *table)]

    assert not found, "\n".join(found)
    assert len(compared) > 50


def test_the_compared_marts_are_not_empty(home, spark):
    empty = [
        mart
        for schema, mart in tables(home / "warehouse.duckdb", ["marts"])
        if not list(spark.glob(f"{schema}.db/{mart}/*.parquet"))
    ]

    assert empty == []
