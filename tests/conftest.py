"""The order of the files: the longest begin first, so that the workers end together."""

from pathlib import Path

HERE = Path(__file__).parent
# By the CPU seconds that they take, most first; of the others none takes half a minute.
LONGEST = (
    "cli/test_commands.py",
    "browser/test_access.py",
    "faults/test_campaign.py",
    "orchestration/test_killed_runs.py",
    "extract/test_erp_changes.py",
    "dbt_project/test_builds_of_changes.py",
    "orchestration/test_landing_in_a_store.py",
    "dbt_project/test_rules.py",
    "test_volume.py",
    "orchestration/test_reconcile_returns.py",
    "sandbox/business/test_planted.py",
    "cli/test_running.py",
    "sync/test_killed_syncs.py",
    "orchestration/test_secrets.py",
    "dbt_project/test_breaks.py",
)


def pytest_collection_modifyitems(items):
    """Put the longest files first, and leave all others as they were found."""
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
