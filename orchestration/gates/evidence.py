"""The only place that asks Dagster what its checks have said."""

from collections.abc import Iterable

import dagster as dg

from orchestration.gates.policy import CheckState


def check_states(
    instance: dg.DagsterInstance, keys: Iterable[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, CheckState]:
    """Return what each check says of its asset's latest materialization."""
    return {key: _state(instance, key) for key in keys}


def published_file(instance: dg.DagsterInstance, asset: dg.AssetKey) -> str | None:
    """Return the file that the asset's latest materialization says it wrote."""
    latest = instance.get_latest_materialization_event(asset)
    materialization = latest.asset_materialization if latest else None
    file = materialization.metadata.get("file") if materialization else None
    return None if file is None else str(file.value)


def _state(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> CheckState:
    record = instance.get_latest_asset_check_evaluation_record(key)
    # While a check is planned or running its record holds no evaluation: no answer yet.
    event = record.event.dagster_event if record and record.event else None
    if event is None or event.event_type is not dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        return CheckState.MISSING
    evaluation = event.asset_check_evaluation_data
    target = evaluation.target_materialization_data
    latest = instance.fetch_materializations(key.asset_key, limit=1).records
    if not latest or target is None or target.storage_id != latest[0].storage_id:
        return CheckState.STALE
    return CheckState.PASSED if evaluation.passed else CheckState.FAILED
