"""The composition root: every room's definitions, their resources, and when they run."""

from datetime import UTC

import dagster as dg

from orchestration.assets.clock import AS_OF_TAG
from orchestration.assets.landed import landed_assets
from orchestration.assets.models import models
from orchestration.assets.publish import publication
from orchestration.checks.facts import facts
from orchestration.checks.rollup import publication_is_complete
from orchestration.resources import resources
from orchestration.resources.running import executor
from orchestration.sync.actions import IN_ORDER
from orchestration.sync.alerts import failed_runs, held_too_long
from orchestration.sync.assets import key_of, sync_assets
from orchestration.upkeep import daily, upkeep

SHORT_NAMES = {"issue_refund": "refund_sync"}
EXTRACT, REBUILD = "extract_sources", "rebuild_marts"

extract_sources = dg.define_asset_job(
    EXTRACT,
    selection=dg.AssetSelection.groups("landing_shopify", "landing_netsuite", "landing_ledger")
    - dg.AssetSelection.checks(facts),
    description="Extract and land, and build nothing: the evidence alone.",
)

rebuild_marts = dg.define_asset_job(
    REBUILD,
    selection=dg.AssetSelection.assets(models, publication) | dg.AssetSelection.checks(facts),
    config={"ops": {"models": {"config": {"everything": True}}}},
    description="Build everything from what has landed and publish; no source is asked.",
)

reconcile_returns = dg.define_asset_job(
    "reconcile_returns",
    selection=dg.AssetSelection.assets(publication).upstream(),
    description="Extract, build, check and publish; the syncs follow a complete publication.",
)

sync_returns = dg.define_asset_job(
    "sync_returns",
    selection=dg.AssetSelection.groups("sync"),
    description="Every sync once, by hand; each asks the gate first.",
)

# One action by hand, such as `restock_sync`: it asks the same gate, and nothing else runs.
action_jobs = [
    dg.define_asset_job(
        SHORT_NAMES.get(action.name, f"{action.name}_sync"),
        selection=dg.AssetSelection.assets(key_of(action.name)),
        description=f"The sync of {action.name} alone, by hand.",
    )
    for action in IN_ORDER
]


@dg.schedule(
    job=reconcile_returns,
    cron_schedule="15 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Reconcile every hour; of the hours missed, the last one when Dagster starts.",
)
def hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Reconcile every hour, as of the hour's tick; of missed ticks the last one is made up for."""
    tick = context.scheduled_execution_time.astimezone(UTC)
    return dg.RunRequest(run_key=tick.isoformat(), tags={AS_OF_TAG: tick.isoformat()})


syncs_after_publication = dg.AutomationConditionSensorDefinition(
    "syncs_after_publication",
    target=dg.AssetSelection.groups("sync"),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
)

defs = dg.Definitions(
    assets=[*landed_assets, models, publication, *sync_assets],
    asset_checks=[facts, publication_is_complete],
    resources=resources,
    jobs=[extract_sources, rebuild_marts, reconcile_returns, sync_returns, upkeep, *action_jobs],
    schedules=[hourly, daily],
    sensors=[syncs_after_publication, failed_runs, held_too_long],
    executor=executor,
)
