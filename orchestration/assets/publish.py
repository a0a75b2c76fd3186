"""The publication as an asset: what the dashboard and the syncs read, and nothing before it."""

import json
from importlib.metadata import version
from pathlib import Path

import dagster as dg

from orchestration.assets import evidence
from orchestration.assets.clock import Clock, run_clock
from orchestration.assets.meanings import meaning_rows
from orchestration.assets.models import WAREHOUSE_POOL, mart_keys
from orchestration.assets.publication import Edition, Row, publish
from orchestration.extract.streams import STREAMS
from orchestration.landing import Batch, committed_batches
from orchestration.resources import Home, LedgerResource

PUBLICATION = dg.AssetKey(["ops", "publication"])
VERSIONED = ("return-lifecycle", "dagster", "dbt-core", "dbt-duckdb", "duckdb")


@dg.asset(key=PUBLICATION, deps=mart_keys(), group_name="publication", pool=WAREHOUSE_POOL)
def publication(
    context: dg.AssetExecutionContext, home: Home, ledger: LedgerResource
) -> dg.MaterializeResult[None]:
    """The marts as one versioned read-only file, with what is known of the run that made them."""
    clock = run_clock(context)
    checks = evidence.check_rows(context)
    edition = _edition(clock, run_id=context.run.run_id, checks=checks)
    file = publish(
        warehouse=home.warehouse,
        folder=home.published,
        edition=edition,
        ops={
            "checks": checks,
            "runs": evidence.run_rows(context.instance),
            "freshness": freshness_rows(home.landing),
            "meanings": meaning_rows(),
        },
        keep=home.publications_kept,
        closed=ledger.kept_publications(),
    )
    return dg.MaterializeResult(
        metadata={
            "file": file.name,
            "as_of": clock.as_of.isoformat(),
            "is_complete": edition.is_complete,
            "failed_checks": len(evidence.failed(checks)),
        }
    )


def freshness_rows(root: Path) -> list[Row]:
    """Return how much of each stream has landed from each source, and how new it is."""
    return [
        _freshness(batches)
        for stream in STREAMS.values()
        for batches in _by_source(list(committed_batches(root, stream))).values()
    ]


def _by_source(batches: list[Batch]) -> dict[str, list[Batch]]:
    sources: dict[str, list[Batch]] = {}
    for batch in batches:
        sources.setdefault(batch.source, []).append(batch)
    return sources


def _freshness(batches: list[Batch]) -> Row:
    changes = [batch.cursor_max for batch in batches if batch.cursor_max is not None]
    newest = max(batches, key=lambda batch: batch.extracted_at)
    return {
        "system": newest.system,
        "stream": newest.stream,
        "source": newest.source,
        "row_count": newest.rows,
        "newest_record_at": max(changes, default=None),
        "extracted_at": newest.extracted_at,
    }


def _edition(clock: Clock, *, run_id: str, checks: list[Row]) -> Edition:
    return Edition(
        id=f"{clock.as_of:%Y%m%dT%H%M%SZ}-{run_id[:8]}",
        as_of=clock.as_of,
        published_at=clock.extracted_at,
        run_id=run_id,
        versions=json.dumps({name: version(name) for name in VERSIONED}),
        is_complete=not evidence.failed(checks),
        incomplete_stores=json.dumps(evidence.incomplete_stores(checks)),
    )
