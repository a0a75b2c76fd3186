"""Whether the ERP's lists of all its records may be believed: what is not in one was deleted."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.checks.keys import key_of
from orchestration.extract.streams import STREAMS, TRANSACTION_TYPES, Stream, System
from orchestration.landing import committed_batches

# Records that vanish without a recorded deletion: a few are purged, many are hidden by a role.
FEW, SMALL_SHARE = 5, 0.01
VANISHED_REMEDY = (
    "see whether the integration's role lost a permission: run `returns doctor`; with View on"
    " Deleted Records, deletions are told from that"
)
# By each list of ids: the check's name, and when what has landed of such records was last seen.
LANDED_OF = {
    "document_ids": (
        "documents_did_not_vanish",
        " union all ".join(
            f'select id, _extracted_at from "netsuite"."{name}"' for name in TRANSACTION_TYPES
        ),
    ),
    "inspection_ids": (
        "inspections_did_not_vanish",
        "select id, _extracted_at from netsuite.inspections",
    ),
    "stock_move_ids": (
        "stock_moves_did_not_vanish",
        "select transaction as id, _extracted_at from netsuite.inventory_details"
        " where type <> 'ItemRcpt'",
    ),
}


LIST_SPECS = [
    dg.AssetCheckSpec(
        name,
        asset=key_of(STREAMS[System.NETSUITE, census]),
        description="What is not listed any more was deleted, but for a few.",
    )
    for census, (name, _) in LANDED_OF.items()
]


def not_vanished(
    connection: duckdb.DuckDBPyConnection, root: Path, census: Stream
) -> dg.AssetCheckResult:
    """
    Count the records that the last list does not name and no deletion explains.

    A list that names nothing takes nothing away, and fails where anything had landed before it.
    """
    name, landed = LANDED_OF[census.name]
    asked = [one for one in committed_batches(root, census) if one.rows or one.answers]
    listed_at = asked[-1].extracted_at if asked else None
    [(known, vanished)] = connection.execute(
        f"""
        with records as (select id, max(_extracted_at) as seen_at from ({landed}) group by id)
        select count(*), count(*) filter (
            where seen_at < $listed_at
            and id not in (
                select id from netsuite."{census.name}" where _extracted_at = $listed_at
            )
            and id not in (select recordid from netsuite.deleted_records)
        )
        from records
        """,
        {"listed_at": listed_at},
    ).fetchall()
    may_vanish = max(FEW, known * SMALL_SHARE) if asked and asked[-1].rows else 0
    return dg.AssetCheckResult(
        asset_key=key_of(census),
        check_name=name,
        passed=vanished <= may_vanish,
        metadata={"known": known, "vanished": vanished, "remedy": VANISHED_REMEDY},
    )


def list_results(
    connection: duckdb.DuckDBPyConnection, root: Path
) -> Iterator[dg.AssetCheckResult]:
    """Yield the verdict on every list."""
    for census in LANDED_OF:
        yield not_vanished(connection, root, STREAMS[System.NETSUITE, census])
