"""Facts about what was built: every landed record is staged, every control ties out."""

# ruff: noqa: S608 - names are declared in code.

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import duckdb

from orchestration.checks.keys import TIE_OUT
from orchestration.checks.verdicts import by_store
from orchestration.extract.streams import STREAMS, TRANSACTION_TYPES, Stream, System

STAGED = "every_landed_record_is_staged"
STORES_TIE = "every_storefront_control_ties_out"
ERP_TIES = "every_erp_control_ties_out"
EVALUATED = "every_fact_was_evaluated"

# The staging models with one row for each record of these streams, whatever its state.
STAGED_FROM: Mapping[str, Sequence[tuple[System, str]]] = {
    "stg_shopify__orders": [(System.SHOPIFY, "orders")],
    "stg_shopify__returns": [(System.SHOPIFY, "returns")],
    "stg_shopify__refunds": [(System.SHOPIFY, "refunds")],
    "stg_shopify__bank_references": [(System.SHOPIFY, "bank_references")],
    "stg_shopify__sales_agreements": [(System.SHOPIFY, "sales_agreements")],
    "stg_shopify__customers": [(System.SHOPIFY, "customers")],
    "stg_shopify__balance_transactions": [(System.SHOPIFY, "balance_transactions")],
    "stg_shopify__payouts": [(System.SHOPIFY, "payouts")],
    "stg_shopify__tender_transactions": [(System.SHOPIFY, "tender_transactions")],
    "stg_netsuite__transactions": [(System.NETSUITE, name) for name in TRANSACTION_TYPES],
    "stg_netsuite__items": [(System.NETSUITE, "items")],
    "stg_netsuite__accounting_periods": [(System.NETSUITE, "accounting_periods")],
    "stg_ledger__actions": [(System.LEDGER, "actions")],
    "stg_ledger__break_states": [(System.LEDGER, "break_states")],
    "stg_ledger__unconfirmed_actions": [(System.LEDGER, "unconfirmed_actions")],
}
UNTIED = """
    select
        system, store, control, currency, period,
        source_count, source_amount, mart_count, mart_amount
    from marts.fct_tie_out
    where not is_tied
    order by system, store, control, currency, period
"""

WAREHOUSE_SPECS = [
    *(
        dg.AssetCheckSpec(
            STAGED,
            asset=dg.AssetKey(["staging", model]),
            description="As many rows as records have landed.",
        )
        for model in STAGED_FROM
    ),
    dg.AssetCheckSpec(
        STORES_TIE, asset=TIE_OUT, description="Each store's own totals equal the marts'."
    ),
    dg.AssetCheckSpec(ERP_TIES, asset=TIE_OUT, description="The ERP's totals equal the marts'."),
    # Blocking, though it cannot fail: a publication must not come before its evidence.
    dg.AssetCheckSpec(
        EVALUATED,
        asset=TIE_OUT,
        blocking=True,
        description="Every fact has a verdict before anything is published.",
    ),
]


def staged(connection: duckdb.DuckDBPyConnection, model: str) -> dg.AssetCheckResult:
    """Count the keys that landed against the rows of their staging model."""
    landed = sum(_landed(connection, STREAMS[stream]) for stream in STAGED_FROM[model])
    # A model begins with its key. Of a view whose columns nobody names, DuckDB reads all.
    key = connection.table(f'staging."{model}"').columns[0]
    rows = _count(connection, f'select count("{key}") from staging."{model}"')
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(["staging", model]),
        check_name=STAGED,
        passed=landed == rows,
        metadata={"landed": landed, "staged": rows},
    )


def tied_out(
    connection: duckdb.DuckDBPyConnection, *, stores: Sequence[str]
) -> Iterator[dg.AssetCheckResult]:
    """Say which controls of the storefronts, and which of the ERP, do not tie out."""
    untied: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for system, store, *said in connection.execute(UNTIED).fetchall():
        control, currency, period, source_count, source_amount, mart_count, mart_amount = said
        untied[system == "erp"].setdefault(
            store,
            f"{control} {currency} {period}: {source_count} documents, {source_amount} at the"
            f" source; {mart_count}, {mart_amount} in the marts",
        )
    yield by_store(TIE_OUT, STORES_TIE, failures=untied[False], stores=stores)
    yield by_store(TIE_OUT, ERP_TIES, failures=untied[True], stores=())


def warehouse_results(
    connection: duckdb.DuckDBPyConnection, *, stores: Sequence[str]
) -> Iterator[dg.AssetCheckResult]:
    """Yield the verdicts on what was built, and last that all were reached."""
    for model in STAGED_FROM:
        yield staged(connection, model)
    yield from tied_out(connection, stores=stores)
    yield dg.AssetCheckResult(asset_key=TIE_OUT, check_name=EVALUATED, passed=True)


def _landed(connection: duckdb.DuckDBPyConnection, stream: Stream) -> int:
    keys = ", ".join(f'"{name}"' for name in ("_store", *stream.key))
    view = f'"{stream.system}"."{stream.name}"'
    return _count(connection, f"select count(*) from (select distinct {keys} from {view})")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
