"""The roll-up over a publication: may the syncs act on it?"""

import json

import dagster as dg
import duckdb

from orchestration.checks.keys import PUBLICATION, PUBLICATION_IS_COMPLETE
from orchestration.resources import Home

VERDICT = "select is_complete, incomplete_stores from ops.publication"
FAILED = """
    select asset, name
    from ops.checks
    where not passed and severity = 'error' and store is null
    order by asset, name
"""


@dg.asset_check(asset=PUBLICATION, name=PUBLICATION_IS_COMPLETE.name, blocking=True)
def publication_is_complete(home: Home) -> dg.AssetCheckResult:
    """
    Every required fact of the run held: fresh, complete, tied out, and the models' own tests.

    A fact that fails for one store alone leaves this open and holds that store's rows.
    """
    return verdict(home)


def verdict(home: Home) -> dg.AssetCheckResult:
    """Judge the publication that the pointer names."""
    pointer = json.loads((home.published / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(home.published / pointer["file"], read_only=True) as connection:
        is_complete, stores = connection.execute(VERDICT).fetchall()[0]
        failed = connection.execute(FAILED).fetchall()
    return dg.AssetCheckResult(
        passed=not failed,
        metadata={
            "is_complete": is_complete,
            "incomplete_stores": json.loads(stores),
            "failed": [f"{asset}: {name}" for asset, name in failed],
        },
    )
