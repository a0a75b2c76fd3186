"""Queries of the page that asks what is on sale uninspected; money is one currency's."""

import pyarrow as pa

from dashboard.marts.source import (
    Listing,
    Parameter,
    Scope,
    month_of,
    months_to_now,
    rows,
)
from dashboard.publication import Pointer

NEEDS = ("fct_restock_exposure",)


def headline(pointer: Pointer, scope: Scope) -> dict[str, object]:
    """Return what is exposed now, when that first was, and what has come of exposure so far."""
    statement = """
        select
            count(*) as lines,
            count(*) filter (open_quantity > 0) as open_lines,
            count(distinct case_key) filter (open_quantity > 0) as open_cases,
            coalesce(sum(open_quantity), 0) as open_quantity,
            coalesce(sum(open_amount), 0) as open_amount,
            coalesce(sum(failed_quantity), 0) as failed_quantity,
            coalesce(sum(sold_quantity), 0) as sold_quantity,
            coalesce(sum(at_risk_quantity), 0) as at_risk_quantity,
            coalesce(sum(unit_hours), 0) as unit_hours,
            coalesce(sum(peak_amount), 0) as peak_amount,
            min(first_exposed_at) filter (open_quantity > 0) as open_first_exposed_at
        from marts.fct_restock_exposure
        where currency = $currency and ($store is null or store = $store)
    """
    found: dict[str, object] = rows(pointer, statement, scope.parameters, needs=NEEDS).to_pylist()[
        0
    ]
    return found


def places(pointer: Pointer, scope: Scope) -> pa.Table:
    """Return the 15 SKUs and locations with the most money on sale uninspected now."""
    statement = """
        select
            sku,
            location,
            sum(open_quantity) as open_quantity,
            sum(open_amount) as open_amount
        from marts.fct_restock_exposure
        where
            open_quantity > 0
            and currency = $currency
            and ($store is null or store = $store)
        group by sku, location
        order by open_amount desc, open_quantity desc, sku, location
        limit 15
    """
    return rows(pointer, statement, scope.parameters, needs=NEEDS)


def months(pointer: Pointer, scope: Scope) -> pa.Table:
    """
    Return lines and money put on sale before they passed, by the month it began in UTC.

    The newest first, at most 24, none left out: a month without any stands with nothing.
    """
    statement = f"""
        with began as (
            select {month_of("first_exposed_at")} as month, count(*) as lines,
                sum(peak_amount) as peak_amount
            from marts.fct_restock_exposure
            where currency = $currency and ($store is null or store = $store)
            group by month
        )

        select strftime(month, '%Y-%m') as month, cast(sum(lines) as bigint) as lines,
            sum(peak_amount) as peak_amount
        from (from began union all select {months_to_now("began")} as month, 0, 0)
        group by month
        order by month desc
        limit 24
    """  # noqa: S608
    return rows(pointer, statement, scope.parameters, needs=(*NEEDS, "ops.publication"))


def lines(pointer: Pointer, scope: Scope, *, is_open_only: bool) -> Listing:
    """List the exposed lines: the open ones first, oldest first."""
    statement = f"""
        select case_key, case_name, store, sku, location, open_quantity, open_amount,
            first_exposed_at, last_cleared_at, failed_quantity, sold_quantity, at_risk_quantity,
            peak_quantity, peak_amount, unit_hours
        from marts.fct_restock_exposure
        where {_FILTER}
        order by open_quantity > 0 desc, first_exposed_at, case_name, order_line_id
    """  # noqa: S608
    return Listing(pointer, statement, _parameters(scope, is_open_only=is_open_only), NEEDS)


def line_count(pointer: Pointer, scope: Scope, *, is_open_only: bool) -> int:
    """Return how many lines the pages of `lines` have between them."""
    statement = f"select count(*) as lines from marts.fct_restock_exposure where {_FILTER}"  # noqa: S608
    parameters = _parameters(scope, is_open_only=is_open_only)
    return int(rows(pointer, statement, parameters, needs=NEEDS).to_pylist()[0]["lines"])


_FILTER = """currency = $currency
    and ($store is null or store = $store)
    and (not $is_open_only or open_quantity > 0)"""


def _parameters(scope: Scope, *, is_open_only: bool) -> dict[str, Parameter]:
    return scope.parameters | {"is_open_only": is_open_only}
