"""Every fact across systems and time, evaluated in one step between the build and publication."""

from collections.abc import Iterator
from datetime import UTC

import dagster as dg
import duckdb

from orchestration.checks.landing_facts import LANDING_SPECS, landing_results
from orchestration.checks.warehouse_facts import WAREHOUSE_SPECS, warehouse_results
from orchestration.extract.streams import System
from orchestration.landing import landed_sources, let_read
from orchestration.resources import Home, ShopifyResource
from orchestration.resources.settings import environment, is_configured


@dg.multi_asset_check(specs=[*LANDING_SPECS, *WAREHOUSE_SPECS], pool="warehouse")
def facts(
    context: dg.AssetCheckExecutionContext, home: Home, shopify: ShopifyResource
) -> Iterator[dg.AssetCheckResult]:
    """
    Ask the warehouse and the manifests; a fact that fails is told, and stops no other.

    A rebuild needs no configured source: it judges the stores that have landed. One that landed
    and is configured no more is judged too, by itself; only its freshness is nobody's concern.
    """
    record = context.instance.get_run_record_by_id(context.run.run_id)
    if record is None:
        raise dg.Failure(f"run {context.run.run_id} is not in the instance", allow_retries=False)
    is_asked = is_configured(environment())
    landed = landed_sources(home.landing, System.SHOPIFY)
    asked = shopify.stores if is_asked else landed
    stores = sorted({*asked, *landed})
    began_at = record.create_timestamp.astimezone(UTC)
    with duckdb.connect(home.warehouse, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        let_read(connection, home.landing)
        yield from landing_results(
            connection, home.landing, stores=stores, asked=asked, now=began_at
        )
        yield from warehouse_results(connection, stores=stores)
