"""The dbt project as assets: every model built and tested by one function, in this process."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.artifacts.schemas.run import RunResult
from pydantic import Field

from orchestration.assets import project
from orchestration.assets.building import OF_LANDED_FILE, build_home
from orchestration.assets.clock import run_clock
from orchestration.landing import ROWS
from orchestration.resources import Home, SyncResource

UNIQUE_ID = "dagster_dbt/unique_id"
MART_SCHEMA = "marts"
WAREHOUSE_POOL = "warehouse"
ROW_COUNTS = "select schema_name, table_name, estimated_size from duckdb_tables()"


class BuildPolicy(dg.Config):
    """
    What a user may decide about a build.

    `variables` are dbt variables, over the project's defaults; `everything` builds anew also what
    did not change since the last build.
    """

    variables: dict[str, Any] = Field(default_factory=dict)
    everything: bool = False


class LayerTranslator(DagsterDbtTranslator):
    """An asset's group is its layer: the schema it stands in."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the schema, which is named for the layer alone."""
        return str(dbt_resource_props["schema"])


@dbt_assets(
    manifest=project.prepared_manifest(),
    dagster_dbt_translator=LayerTranslator(),
    pool=WAREHOUSE_POOL,
)
def models(
    context: dg.AssetExecutionContext, config: BuildPolicy, home: Home, sync: SyncResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Every model of the project with its tests, as of the run's clock."""
    selection = _selected_names(context)
    as_of = run_clock(context).as_of
    variables = {**config.variables, **sync.variables}
    built = build_home(
        home.path,
        as_of=as_of,
        variables=variables,
        select=selection,
        everything=config.everything,
        memory_limit=home.memory_limit,
        landing=home.landing,
    )
    context.log.info("built %s", "what changed" if built.is_of_changes else "everything")
    yield from _reported(context, built.results, row_counts=_row_counts(home.warehouse))
    if built.broken:
        said = _said(built.broken)
        remedy = f". {OF_LANDED_FILE}" if ROWS in said else ""
        raise dg.Failure(f"dbt could not build {said}{remedy}", allow_retries=False)
    if built.left_out:
        raise dg.Failure(
            f"{len(built.left_out)} models were left as they stood, for the data failed"
            f" {_said(built.failed)}",
            allow_retries=False,
        )


def _said(results: Sequence[RunResult]) -> str:
    return "; ".join(f"{result.node.name}: {result.message}" for result in results)


def mart_keys() -> list[dg.AssetKey]:
    """Return the keys of the published tables."""
    return sorted(key for key in models.keys if key.path[0] == MART_SCHEMA)


def _selected_names(context: dg.AssetExecutionContext) -> list[str]:
    """A run of everything names nothing, so that tests which span models run too."""
    if context.selected_asset_keys == models.keys:
        return []
    specs = models.specs_by_key
    return sorted(
        str(specs[key].metadata[UNIQUE_ID]).rpartition(".")[2]
        for key in context.selected_asset_keys
    )


def _row_counts(warehouse: Path) -> dict[tuple[str, str], int]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        rows = connection.execute(ROW_COUNTS).fetchall()
    return {(schema, name): size for schema, name, size in rows}


def _reported(
    context: dg.AssetExecutionContext,
    results: Sequence[RunResult],
    *,
    row_counts: Mapping[tuple[str, str], int],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Tell Dagster of each model that was built and each test that ran."""
    keys = {str(spec.metadata[UNIQUE_ID]): spec.key for spec in models.specs}
    checks = {
        str(spec.metadata[UNIQUE_ID]): spec.key
        for spec in models.check_specs
        if spec.key in context.selected_asset_check_keys
    }
    for result in results:
        unique_id = result.node.unique_id
        if unique_id in keys and result.status == RunStatus.Success:
            yield _materialized(keys[unique_id], result, row_counts=row_counts)
        elif unique_id in checks and result.status != TestStatus.Skipped:
            yield _checked(checks[unique_id], result)


def _materialized(
    key: dg.AssetKey, result: RunResult, *, row_counts: Mapping[tuple[str, str], int]
) -> dg.MaterializeResult[None]:
    rows = row_counts.get((result.node.schema, result.node.name))
    metadata: dict[str, float | int] = {"seconds": round(result.execution_time, 3)}
    if rows is not None:
        metadata["dagster/row_count"] = rows
    return dg.MaterializeResult(asset_key=key, metadata=metadata)


def _checked(key: dg.AssetCheckKey, result: RunResult) -> dg.AssetCheckResult:
    is_warning = result.status == TestStatus.Warn
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == TestStatus.Pass,
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        metadata={"failures": result.failures or 0, "message": result.message or ""},
    )
