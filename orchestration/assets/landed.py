"""One asset per stream: what each source answered, landed as it was received."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import dagster as dg

from orchestration.assets.census import Sweeper, land_census, land_deletions
from orchestration.assets.erp import (
    CONTROL_TOTALS,
    comes_before,
    land_stream,
    land_totals,
    settle,
)
from orchestration.assets.landing import Answers, Landing
from orchestration.extract.errors import DeniedError, SourceError
from orchestration.extract.streams import (
    NETSUITE_STREAMS,
    REHEARSAL_STREAMS,
    SHOPIFY_STREAMS,
    STREAMS,
    Stream,
    System,
)
from orchestration.extract.streams.own import ACTIONS, BREAK_STATES, UNCONFIRMED_ACTIONS
from orchestration.landing import (
    Batch,
    bank_reference_ids_to_read,
    customer_ids_to_read,
    disposition_ids_to_read,
    refund_ids_to_read,
    return_ids_to_read,
    sales_agreement_ids_to_read,
)
from orchestration.landing.census import CENSUS, DELETED
from orchestration.resources import (
    CustomerKeysResource,
    Home,
    LedgerResource,
    NetSuiteResource,
    ShopifyResource,
)

Landed = dg.MaterializeResult[None]

EVERY_STORE_IS_EXTRACTED = "every_store_is_extracted"
OPENING_TOTALS = dg.AssetKey([str(System.NETSUITE), "opening_control_totals"])
CUSTOMERS = STREAMS[System.SHOPIFY, "customers"]

# A search would not find these by their change: their ids come from the orders that landed.
IDS_TO_READ: Mapping[str, Callable[..., list[str]]] = {
    "returns": return_ids_to_read,
    "dispositions": disposition_ids_to_read,
    "refunds": refund_ids_to_read,
    "bank_references": bank_reference_ids_to_read,
    "sales_agreements": sales_agreement_ids_to_read,
    "customers": customer_ids_to_read,
}
# Whose records must have landed before: they name what is read, or are summed up by it. The sweep
# looks for orders that the search did not find, and reads them.
READ_AFTER: Mapping[str, Sequence[str]] = {
    "order_census": ["orders"],
    "deleted_orders": ["order_census"],
    "returns": ["deleted_orders"],
    "dispositions": ["deleted_orders", "returns"],
    "refunds": ["deleted_orders"],
    "bank_references": ["refunds"],
    "sales_agreements": ["deleted_orders", "returns", "refunds"],
    "customers": ["deleted_orders"],
    "payouts": ["balance_transactions"],
}


class Client(Sweeper, Protocol):
    """What a stream is read with, as far as this room uses it; `missing` as the client counts."""

    missing: Counter[str]

    def prefers_export(self, stream: Stream) -> bool:
        """Whether a first reading is better exported."""
        ...

    def pages(self, stream: Stream, *, since: datetime | None) -> Answers:
        """Yield every page of records changed at or after `since`."""
        ...


def key_of(stream: Stream) -> dg.AssetKey:
    """Return the asset key of a stream, which is also the key of its dbt source."""
    return dg.AssetKey([str(stream.system), stream.name])


def _storefront_deps(stream: Stream) -> list[dg.AssetKey]:
    names = READ_AFTER.get(stream.name, ())
    return [key_of(STREAMS[System.SHOPIFY, name]) for name in names]


def storefront_asset(stream: Stream) -> dg.AssetsDefinition:
    """Return the asset that lands one storefront stream, each store for itself."""

    @dg.asset(
        key=key_of(stream),
        deps=_storefront_deps(stream),
        group_name=f"landing_{stream.system}",
        description=f"The storefront's {stream.name}, of every store, as received.",
        kinds={"shopify", "parquet"},
        check_specs=[dg.AssetCheckSpec(EVERY_STORE_IS_EXTRACTED, asset=key_of(stream))],
    )
    def landed(
        context: dg.AssetExecutionContext, shopify: ShopifyResource, home: Home
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        return _land_stores(context, stream, shopify=shopify, home=home, land_store=_land_store)

    return landed


@dg.asset(
    key=key_of(CUSTOMERS),
    deps=_storefront_deps(CUSTOMERS),
    group_name=f"landing_{System.SHOPIFY}",
    kinds={"shopify", "parquet"},
    check_specs=[dg.AssetCheckSpec(EVERY_STORE_IS_EXTRACTED, asset=key_of(CUSTOMERS))],
)
def customers(
    context: dg.AssetExecutionContext,
    shopify: ShopifyResource,
    home: Home,
    ledger: LedgerResource,
    customer_keys: CustomerKeysResource,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Buyers of orders with a return or a refund, hashed and masked; the answers do not land."""
    keys = customer_keys.read()
    with ledger.forgotten_customers() as opened:
        forgotten = opened.keys(made_with=keys.made_with)

    def land_store(
        landing: Landing, stream: Stream, *, store: str, client: Client, home: Home
    ) -> list[Batch]:
        del home
        ids = customer_ids_to_read(landing.root, store, run_id=landing.run_id)
        asked = [id_ for id_ in ids if keys.key_of(id_) not in forgotten]
        answers = (
            keys.without_names(answer, is_forgotten=forgotten.__contains__)
            for answer in client.records_by_id(stream, asked)
        )
        return [landing.land(stream, answers, source=store, since=None)]

    return _land_stores(context, CUSTOMERS, shopify=shopify, home=home, land_store=land_store)


def erp_asset(stream: Stream) -> dg.AssetsDefinition:
    """Return the asset that lands one ERP stream, between the two readings of its totals."""

    @dg.asset(
        key=key_of(stream),
        deps=[key_of(other) for other in comes_before(stream)] or [OPENING_TOTALS],
        group_name=f"landing_{stream.system}",
        description=f"The ERP's {stream.name.replace('_', ' ')}, as received.",
        kinds={"netsuite", "parquet"},
    )
    def landed(
        context: dg.AssetExecutionContext, netsuite: NetSuiteResource, home: Home
    ) -> Landed:
        landing = Landing.of(context, home)
        with netsuite.client(tell=context.log.info) as client:
            if stream is CONTROL_TOTALS:
                return _result(settle(landing, client))
            return _result(land_stream(landing, stream, client))

    return landed


@dg.asset(key=OPENING_TOTALS, group_name="landing_netsuite", kinds={"netsuite", "parquet"})
def opening_control_totals(
    context: dg.AssetExecutionContext, netsuite: NetSuiteResource, home: Home
) -> Landed:
    """The ERP's own time, counts and sums before the extraction; they must not move during it."""
    if netsuite.lacks:
        context.log.warning("left out, as `returns doctor` found: %s", sorted(netsuite.lacks))
    with netsuite.client(tell=context.log.info) as client:
        return _result([land_totals(Landing.of(context, home), client)])


@dg.asset(key=key_of(ACTIONS), group_name="landing_ledger", kinds={"parquet"})
def confirmed_actions(
    context: dg.AssetExecutionContext, ledger: LedgerResource, home: Home
) -> Landed:
    """What earlier runs sent and the systems confirmed, from our own ledger."""
    with ledger.open() as opened:
        return _land_own(context, home, ACTIONS, opened.confirmed_actions)


@dg.asset(key=key_of(UNCONFIRMED_ACTIONS), group_name="landing_ledger", kinds={"parquet"})
def unconfirmed_actions(
    context: dg.AssetExecutionContext, ledger: LedgerResource, home: Home
) -> Landed:
    """What earlier runs sent and the systems refused, or may have done, from our own ledger."""
    with ledger.open() as opened:
        return _land_own(
            context, home, UNCONFIRMED_ACTIONS, lambda _: opened.unconfirmed_actions()
        )


@dg.asset(key=key_of(BREAK_STATES), group_name="landing_ledger", kinds={"parquet"})
def decided_breaks(
    context: dg.AssetExecutionContext, ledger: LedgerResource, home: Home
) -> Landed:
    """How breaks stand by what people decided, from our own ledger."""
    with ledger.open_decisions() as opened:
        return _land_own(context, home, BREAK_STATES, opened.landed_states)


def _land_own(
    context: dg.AssetExecutionContext,
    home: Home,
    stream: Stream,
    read: Callable[[datetime | None], Answers],
) -> Landed:
    """Land what changed of a stream of our own ledger, or all of one without a cursor."""
    landing = Landing.of(context, home)
    return _result([landing.changed(stream, lambda _, since: read(since), source=System.LEDGER)])


def _land_stores(
    context: dg.AssetExecutionContext,
    stream: Stream,
    *,
    shopify: ShopifyResource,
    home: Home,
    land_store: Callable[..., list[Batch]],
) -> Landed:
    """Land a stream of every store, each for itself; one that fails stops no other."""
    landing = Landing.of(context, home)
    batches, failures, silent = [], {}, {}
    for store in shopify.stores:
        try:
            with shopify.client(store, tell=context.log.info) as client:
                batches += land_store(landing, stream, store=store, client=client, home=home)
                if client.missing.total():
                    # Gone between the page that named them and the reading by id.
                    gone = ", ".join(f"{count:,} {of}" for of, count in client.missing.items())
                    context.log.info("store %s: no record by id of %s", store, gone)
        except DeniedError as error:
            if stream.is_optional:
                # Nothing was said, and that is known: what it would tell is left out.
                silent[store] = str(error)
                batches.append(landing.land(stream, [], source=store, since=None, is_partial=True))
            else:
                failures[store] = str(error)
        except SourceError as error:
            failures[store] = str(error)
    return _result(batches, checks=[_every_store(shopify.stores, failures, silent=silent)])


def _land_store(
    landing: Landing, stream: Stream, *, store: str, client: Client, home: Home
) -> list[Batch]:
    if stream is CENSUS:
        return land_census(landing, client, store=store, home=home.path)
    if stream is DELETED:
        return land_deletions(landing, client, store=store)
    ids_to_read = IDS_TO_READ.get(stream.name)
    if ids_to_read is not None:
        ids = ids_to_read(landing.root, store, run_id=landing.run_id)
        answers = client.records_by_id(stream, ids)
        return [landing.land(stream, answers, source=store, since=None)]
    if landing.is_first(stream, source=store) and client.prefers_export(stream):
        return [landing.exported(stream, client, source=store)]
    return [landing.changed(stream, client.pages, source=store)]


def _every_store(
    stores: Sequence[str], failures: Mapping[str, str], *, silent: Mapping[str, str]
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=EVERY_STORE_IS_EXTRACTED,
        passed=not failures,
        metadata={
            "stores": {store: store not in failures for store in stores},
            "failures": dict(failures),
            "unavailable": dict(silent),
        },
    )


def _result(batches: Sequence[Batch], *, checks: Sequence[dg.AssetCheckResult] = ()) -> Landed:
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(batch.rows for batch in batches),
            "rejects": sum(batch.rejects for batch in batches),
            "batches": [batch.batch_id for batch in batches],
        },
        check_results=checks,
    )


# Not of any run: `returns rehearse` lands it beside the runs.
rehearsal_outcomes = dg.AssetSpec(
    key_of(REHEARSAL_STREAMS[0]),
    group_name="landing_rehearsal",
    description="How each scenario file came out whenever it was rehearsed.",
    kinds={"parquet"},
)

landed_assets: list[dg.AssetsDefinition | dg.AssetSpec] = [
    *(storefront_asset(stream) for stream in SHOPIFY_STREAMS if stream is not CUSTOMERS),
    customers,
    *(erp_asset(stream) for stream in NETSUITE_STREAMS),
    opening_control_totals,
    confirmed_actions,
    unconfirmed_actions,
    decided_breaks,
    rehearsal_outcomes,
]
