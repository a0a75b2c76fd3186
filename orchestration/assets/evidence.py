"""What Dagster knows of the run that publishes: its checks, and the steps of recent runs."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import dagster as dg

from orchestration.assets.publication import Row

RECENT_RUNS = 10
# A check that speaks for each store by itself says so under this name in its metadata.
STORES = "stores"
EVALUATED = dg.DagsterEventType.ASSET_CHECK_EVALUATION


def check_rows(context: dg.AssetExecutionContext) -> list[Row]:
    """
    Return every check of everything upstream, each with its verdict on the data as it is now.

    A check that never ran, or ran before its asset was last made, has not passed.
    """
    graph = context.job_def.asset_layer.asset_graph
    upstream = dg.AssetSelection.assets(context.asset_key).upstream().resolve(graph)
    keys = [key for key in graph.asset_check_keys if key.asset_key in upstream]
    return [
        row
        for key in sorted(keys, key=lambda key: (key.asset_key.path, key.name))
        if key.asset_key != context.asset_key
        for row in _rows(context, key)
    ]


def run_rows(instance: dg.DagsterInstance) -> list[Row]:
    """Return the steps of recent runs, newest run first; the run that publishes is among them."""
    return [
        {
            "run_id": record.dagster_run.run_id,
            "job": record.dagster_run.job_name,
            "run_status": record.dagster_run.status.value.lower(),
            "step": step.step_key,
            "status": step.status.value.lower() if step.status else "started",
            "started_at": _instant(step.start_time),
            "finished_at": _instant(step.end_time),
        }
        for record in instance.get_run_records(limit=RECENT_RUNS)
        for step in instance.get_run_step_stats(record.dagster_run.run_id)
    ]


def incomplete_stores(rows: list[Row]) -> list[str]:
    """Return the stores of which a fact failed: their rows are held, the others' are not."""
    return sorted({str(row["store"]) for row in failed(rows) if row["store"]})


def failed(rows: list[Row]) -> list[Row]:
    """Return the facts that do not hold; a warning is shown and fails nothing."""
    return [row for row in rows if not row["passed"] and row["severity"] == "error"]


def _rows(context: dg.AssetExecutionContext, key: dg.AssetCheckKey) -> Iterator[Row]:
    event = _current_event(context, key)
    # While a check is planned or running, its record holds no evaluation yet.
    told = event.dagster_event if event else None
    if event is None or told is None or told.event_type != EVALUATED:
        yield _row(key, passed=False, severity="error", metadata={"reason": "did not run"})
        return
    evaluation = told.asset_check_evaluation_data
    metadata = {name: value.value for name, value in evaluation.metadata.items()}
    for store, passed in _verdicts(metadata.pop(STORES, None), passed=evaluation.passed):
        yield _row(
            key,
            store=store,
            passed=passed,
            severity=evaluation.severity.value.lower(),
            metadata=metadata,
            evaluated_at=datetime.fromtimestamp(event.timestamp, UTC),
        )


def _verdicts(stores: object, *, passed: bool) -> Iterator[tuple[str | None, bool]]:
    if isinstance(stores, Mapping) and stores:
        yield from stores.items()
    else:
        yield None, passed


def _current_event(
    context: dg.AssetExecutionContext, key: dg.AssetCheckKey
) -> dg.EventLogEntry | None:
    """Return the latest evaluation, unless its asset was made again since."""
    record = context.instance.get_latest_asset_check_evaluation_record(key)
    if record is None or record.event is None or record.event.run_id == context.run.run_id:
        return record.event if record else None
    latest = context.instance.get_latest_materialization_event(key.asset_key)
    is_stale = latest is not None and latest.timestamp > record.event.timestamp
    return None if is_stale else record.event


def _row(key: dg.AssetCheckKey, **said: object) -> Row:
    metadata = json.dumps(said.pop("metadata", {}), default=str, sort_keys=True)
    return {
        "asset": key.asset_key.to_user_string(),
        "name": key.name,
        "metadata": metadata,
        **said,
    }


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
