"""A code location with a slow check; the sync's condition is the project's own."""

import os
import time
from pathlib import Path

import dagster as dg

from orchestration.sync.assets import AFTER_THE_CHECKS_PASSED

# Longer than a tick, so that ticks fall between the publication and its check.
SLOW_SECONDS = 4
BROKEN = "broken"


@dg.asset
def publication():
    """What the sync depends on."""


@dg.asset_check(asset=publication, blocking=True)
def slow_check():
    """Passes unless the test has left a mark beside the instance."""
    time.sleep(SLOW_SECONDS)
    is_broken = Path(os.environ["DAGSTER_HOME"], BROKEN).exists()
    return dg.AssetCheckResult(passed=not is_broken)


@dg.asset(deps=[publication], automation_condition=AFTER_THE_CHECKS_PASSED)
def sync():
    """Stands for every sync: what matters is when it runs."""


defs = dg.Definitions(
    assets=[publication, sync],
    asset_checks=[slow_check],
    sensors=[
        dg.AutomationConditionSensorDefinition(
            "automation",
            target=dg.AssetSelection.all(),
            default_status=dg.DefaultSensorStatus.RUNNING,
            minimum_interval_seconds=2,
        )
    ],
)
