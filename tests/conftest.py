"""The order of the files: the longest begin first, so that the workers end together."""

from pathlib import Path

HERE = Path(__file__).parent
# Those of 20 seconds and more on one core, the longest first.
LONGEST = (
    "cli/test_commands.py",
    "browser/test_access.py",
    "extract/test_erp_changes.py",
    "orchestration/test_killed_runs.py",
    "dbt_project/test_builds_of_changes.py",
    "dbt_project/test_rules.py",
    "cli/test_running.py",
    "orchestration/test_reconcile_returns.py",
    "test_volume.py",
    "dashboard/test_pages.py",
    "faults/test_campaign.py",
    "cli/test_forget.py",
    "orchestration/test_landing_in_a_store.py",
    "sync/test_every_fault.py",
    "cli/test_dagster_storage.py",
    "sandbox/business/test_planted.py",
    "assets/test_deleted_inspections.py",
    "faults/test_incremental_soak.py",
)


def pytest_collection_modifyitems(items):
    """Put the longest files first, and leave all others as they were found."""
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
